package xyz.dropsilk.server.event;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The last log lines, for {@code /logs}, bounded in number and in bytes. Safe on any thread; the lock is held for one append or one copy of
 * references.
 */
public final class LogRing {
    /** The part of the heap that lines may take: 8 MB of 128. */
    private static final int HEAP_SHARE = 16;

    /** What a line takes besides its bytes: the array's header and the reference to it. */
    static final int OVERHEAD_BYTES = 24;

    private static final LineFormat JSON = new JsonLines(new FieldTexts(LogAddresses.NONE));

    private final int capacity;
    private final long maxBytes;
    private final InstantSource clock;

    @GuardedBy("this")
    private final ArrayDeque<byte[]> lines = new ArrayDeque<>();

    @GuardedBy("this")
    private long bytes;

    /** Lines that went although there were not too many. */
    @GuardedBy("this")
    private long droppedForBytes;

    /** Keeps the last {@code capacity} lines, none if that is 0, or as many as a sixteenth of the heap can hold. */
    public LogRing(int capacity, InstantSource clock) {
        this(capacity, Runtime.getRuntime().maxMemory() / HEAP_SHARE, clock);
    }

    LogRing(int capacity, long maxBytes, InstantSource clock) {
        this.capacity = capacity;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** Appends a line, in UTF-8 with its line feed; the oldest ones go if there are too many. */
    synchronized void add(byte[] line) {
        if (capacity == 0) {
            return;
        }
        if (lines.size() == capacity) {
            removeFirst();
        }
        lines.addLast(line);
        bytes += line.length + OVERHEAD_BYTES;
        while (bytes > maxBytes) {
            removeFirst();
            droppedForBytes++;
        }
    }

    @GuardedBy("this")
    private void removeFirst() {
        bytes -= lines.removeFirst().length + OVERHEAD_BYTES;
    }

    /** The lines as they are now, oldest first; before them one that counts those for which there was no memory, if there were any. */
    public synchronized List<byte[]> snapshot() {
        List<byte[]> copy = new ArrayList<>(lines.size() + 1);
        if (droppedForBytes > 0) {
            copy.add(JSON.line(new SystemEvent.LinesDropped("kept lines", droppedForBytes, null), clock.instant()));
        }
        copy.addAll(lines);
        return copy;
    }
}

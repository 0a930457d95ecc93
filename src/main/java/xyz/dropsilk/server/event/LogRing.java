package xyz.dropsilk.server.event;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The last log lines, for {@code /logs}. Safe on any thread; the lock is held for one append or one copy of references. */
public final class LogRing {
    private final int capacity;

    @GuardedBy("this")
    private final ArrayDeque<byte[]> lines = new ArrayDeque<>();

    /** Keeps the last {@code capacity} lines; none if that is 0. */
    public LogRing(int capacity) {
        this.capacity = capacity;
    }

    /** Appends a line, in UTF-8 with its line feed; the oldest one goes if there are too many. */
    synchronized void add(byte[] line) {
        if (capacity == 0) {
            return;
        }
        if (lines.size() == capacity) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }

    /** The lines as they are now, oldest first. */
    public synchronized List<byte[]> snapshot() {
        return new ArrayList<>(lines);
    }
}

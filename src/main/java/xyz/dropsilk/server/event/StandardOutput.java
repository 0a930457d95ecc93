package xyz.dropsilk.server.event;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.meter.Meters;

/**
 * Log lines on their way to standard output. A thread of its own writes them, so an output that is slow, blocked, full or closed costs
 * nobody else anything: lines that do not fit in the queue, by number or by bytes, are dropped and counted, and the count is told once the output takes lines again.
 */
public final class StandardOutput {
    /** Lines that may wait, some 2 MB of them as they are most of the time. */
    static final int MAX_QUEUED = 8_192;

    /** Bytes of lines that may wait, whatever they are like. */
    static final int MAX_QUEUED_BYTES = 4 * 1024 * 1024;

    /** How long lines gather before they are written together: the producers then wake the writer at most that often. */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final byte[] END = {};

    private final OutputStream out;
    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final LongAdder lost = new LongAdder();
    private final Loss loss;
    private final LongSupplier ticker;

    /** Since when lines are being dropped; of a meaning only while some are. */
    private volatile long droppingSince;

    private final Thread writer;

    /** Hears of lines that are lost. Called by any thread, also while a line is being written. */
    public interface Loss {
        /** The first of them is lost now; to say so on this output would be in vain. */
        void begun();

        /** The output takes lines again: {@code lines} were lost in {@code time}. */
        void over(long lines, Duration time);
    }

    /** Writes to {@code out}, which is not closed; {@code ticker} counts nanoseconds. */
    public StandardOutput(OutputStream out, Loss loss, LongSupplier ticker) {
        this.out = out;
        this.loss = loss;
        this.ticker = ticker;
        this.writer = Threads.named("log").newThread(this::writeAll);
    }

    /** Starts the writer. */
    public void start() {
        writer.start();
    }

    /** Queues a line, in UTF-8 with its line feed. Any thread; never blocks. */
    void write(byte[] line) {
        if (queuedBytes.addAndGet(line.length) > MAX_QUEUED_BYTES || !queue.offer(line)) {
            queuedBytes.addAndGet(-line.length);
            dropped(1);
        }
    }

    /** Adds what was lost to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counter("dropsilk_log_lines_dropped_total", "Log lines that standard output did not take.", lost::sum);
    }

    private void writeAll() {
        List<byte[]> lines = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            try {
                lines.add(queue.take());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            LockSupport.parkNanos(this, GATHER_NANOS);
            queue.drainTo(lines);
            taken(lines);
            ended = lines.contains(END);
            write(lines);
            lines.clear();
        }
    }

    private void write(List<byte[]> lines) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        lines.forEach(block::writeBytes);
        try {
            out.write(block.toByteArray());
            out.flush();
            if (dropped.get() > 0 && queue.remainingCapacity() > 0) { // or the line that says so would be lost too
                loss.over(dropped.getAndSet(0), Duration.ofNanos(ticker.getAsLong() - droppingSince));
            }
        } catch (IOException | RuntimeException e) {
            // A full disk or a closed pipe: the lines are lost, and there is nowhere to say so until the output is
            // back.
            dropped(lines.size());
        }
    }

    private void dropped(int lines) {
        lost.add(lines);
        if (dropped.getAndAdd(lines) == 0) {
            droppingSince = ticker.getAsLong();
            loss.begun();
        }
    }

    private void taken(List<byte[]> lines) {
        for (byte[] line : lines) {
            queuedBytes.addAndGet(-line.length);
        }
    }

    /** Writes what is queued, and returns when that is done or {@code millis} have passed. */
    public void close(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (writer.isAlive() && queue.offer(END, millis, TimeUnit.MILLISECONDS)) {
            LockSupport.unpark(writer);
            writer.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
    }
}

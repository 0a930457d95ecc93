package xyz.dropsilk.server.testing;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A counter of nanoseconds that moves only when told to. Starts just below the point where it turns negative, as the JVM's may. */
public final class ManualTicker implements LongSupplier {
    private volatile long now;

    /** Starts one second before the counter overflows, so that every test crosses the seam. */
    public ManualTicker() {
        this(Long.MAX_VALUE - 1_000_000_000L);
    }

    /** Starts at {@code start} nanoseconds. */
    public ManualTicker(long start) {
        now = start;
    }

    @Override
    public long getAsLong() {
        return now;
    }

    /** Lets {@code time} pass. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // moved by the test's own thread alone
    public void pass(Duration time) {
        now += time.toNanos();
    }
}

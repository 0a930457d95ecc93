package xyz.dropsilk.server.base;

import java.util.function.LongSupplier;

/** How long the server has been running, whatever happens to the clock on the wall. Safe on any thread. */
public final class Uptime {
    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier ticker;
    private final long start;

    /** Counts from now on; {@code ticker} counts nanoseconds. */
    public Uptime(LongSupplier ticker) {
        this.ticker = ticker;
        this.start = ticker.getAsLong();
    }

    /** Seconds, with their fraction. */
    public double seconds() {
        return (ticker.getAsLong() - start) / NANOS_PER_SECOND;
    }
}

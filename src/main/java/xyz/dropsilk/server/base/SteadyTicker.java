package xyz.dropsilk.server.base;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Nanoseconds in which this process has run: a time in which it stood still (a paused machine, a stopped process) does not count. Whoever uses it
 * sees to it that it is asked more often than every {@link #STOOD_STILL}. Safe on any thread.
 */
public final class SteadyTicker implements LongSupplier {
    /** Between two questions, more than this is time in which nothing ran; no garbage collection of a small heap comes near. */
    static final Duration STOOD_STILL = Duration.ofSeconds(3);

    private final LongSupplier ticker;

    /** When the last question was asked, by {@link #ticker}; a racing thread may set it back by as much as it was late, which does no harm. */
    private volatile long asked;

    /** What does not count. Written in this object's monitor, before {@link #asked} shows that the gap was seen. */
    private volatile long lost;

    /** Counts {@code ticker}'s nanoseconds. */
    public SteadyTicker(LongSupplier ticker) {
        this.ticker = ticker;
        this.asked = ticker.getAsLong();
    }

    @Override
    public long getAsLong() {
        long now = ticker.getAsLong();
        if (now - asked > STOOD_STILL.toNanos()) {
            leaveOut(now);
        } else {
            asked = now;
        }
        return now - lost;
    }

    private synchronized void leaveOut(long now) {
        long gap = now - asked;
        if (gap > STOOD_STILL.toNanos()) {
            lost += gap;
            asked = now;
        }
    }
}

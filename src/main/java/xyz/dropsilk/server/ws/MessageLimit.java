package xyz.dropsilk.server.ws;

import java.util.concurrent.TimeUnit;
import xyz.dropsilk.server.limit.Rate;

/**
 * How many frames a connection may send (contract, 4, {@code MESSAGE_RATE}). Over it a frame is not handled; the client is told at most once a
 * second, and closed once it was over it in {@link #SECONDS_OVER} of the last {@link #SECONDS_SEEN} seconds, pauses or none. Confined to the
 * connection's loop.
 */
final class MessageLimit {
    /** What to do with a frame. */
    enum Verdict {
        HANDLE,
        IGNORE,
        IGNORE_AND_TELL,
        CLOSE
    }

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    static final int SECONDS_OVER = 10;
    static final int SECONDS_SEEN = 20;

    private final Rate rate;
    private long fullAt;

    /** The second at hand, counted from the connection's beginning. */
    private long second;

    private final long begun;

    /** A bit a second, the one at hand lowest: whether something was over the limit in it. */
    private int overSeconds;

    private boolean everTold;
    private long told;

    /** A limit of {@code rate}. */
    MessageLimit(Rate rate, long now) {
        this.rate = rate;
        this.fullAt = now;
        this.begun = now;
    }

    /** What to do with the frame that arrived at {@code now}: ticker nanoseconds. */
    Verdict count(long now) {
        if (rate.nanosUntilPermit(fullAt, now) <= 0) {
            fullAt = rate.take(fullAt, now);
            return Verdict.HANDLE;
        }
        long elapsed = (now - begun) / SECOND_NANOS - second;
        second += elapsed;
        overSeconds = elapsed >= SECONDS_SEEN ? 0 : overSeconds << elapsed;
        overSeconds = (overSeconds | 1) & ((1 << SECONDS_SEEN) - 1);
        if (Integer.bitCount(overSeconds) >= SECONDS_OVER) {
            return Verdict.CLOSE;
        }
        if (everTold && now - told < SECOND_NANOS) {
            return Verdict.IGNORE;
        }
        everTold = true;
        told = now;
        return Verdict.IGNORE_AND_TELL;
    }
}

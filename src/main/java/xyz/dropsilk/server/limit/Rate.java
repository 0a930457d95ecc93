package xyz.dropsilk.server.limit;

import xyz.dropsilk.server.base.Unlimited;

/**
 * A token bucket whose whole state is one number, kept by the caller: the moment at which the bucket is full again (the generic cell rate
 * algorithm, ITU-T I.371). Immutable. Moments are the ticker's nanoseconds, compared by difference.
 *
 * @param nanosPerPermit how long one permit takes to grow back
 * @param burstNanos how long a whole allowance takes to grow back
 */
public record Rate(long nanosPerPermit, long burstNanos) {
    private static final long SECOND = 1_000_000_000L;

    /** Takes no time at all: its bucket is always full. */
    private static final Rate ANY = new Rate(0, 0);

    /** {@code permits} a second, of which {@code burst} may be taken at once; {@link Unlimited} for no limit. */
    public static Rate perSecond(int permits, int burst) {
        return Unlimited.is(permits) ? ANY : of(permits, 1, burst);
    }

    /** {@code permits} each {@code seconds} seconds, of which {@code burst} may be taken at once. */
    public static Rate of(double permits, double seconds, double burst) {
        long nanos = (long) Math.max(1, seconds * SECOND / permits);
        return new Rate(nanos, (long) (nanos * Math.max(1, burst)));
    }

    /** How long until a permit is there for a bucket that is full again at {@code fullAt}: nanoseconds, 0 or less if there is one now. */
    public long nanosUntilPermit(long fullAt, long now) {
        return Math.max(0, fullAt - now) + nanosPerPermit - burstNanos;
    }

    /** When a bucket that is full at {@code fullAt} is full again once a permit is taken now. */
    public long take(long fullAt, long now) {
        return now + Math.max(0, fullAt - now) + nanosPerPermit;
    }
}

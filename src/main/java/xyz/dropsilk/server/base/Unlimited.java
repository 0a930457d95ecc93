package xyz.dropsilk.server.base;

import java.time.Duration;

/**
 * What a limit is where there is none: the largest value of its kind, so that whoever compares with it need not ask. Zero means it in configuration
 * alone, which is read into these.
 */
public final class Unlimited {
    /** Of what is counted, and of what is allowed a second or minute. */
    public static final int COUNT = Integer.MAX_VALUE;

    /** Of time: longer than any process runs, and short enough to be added to any moment. */
    public static final Duration TIME = Duration.ofDays(36_500);

    private Unlimited() {}

    /** Whether {@code limit} is none. */
    public static boolean is(int limit) {
        return limit == COUNT;
    }

    /** The limit that {@code set} stands for in configuration. */
    public static int unlessZero(int set) {
        return set == 0 ? COUNT : set;
    }

    /** The same of time. */
    public static Duration unlessZero(Duration set) {
        return set.isZero() ? TIME : set;
    }
}

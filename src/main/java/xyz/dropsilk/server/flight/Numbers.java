package xyz.dropsilk.server.flight;

import java.security.SecureRandom;

/** Numbers that no other instance comes to. Stateless. */
final class Numbers {
    private static final int COUNTED_BITS = 24;

    private Numbers() {}

    /** Where an instance begins to count its pairings: so far from all others that they never meet, and above 0. */
    static long far() {
        return (new SecureRandom().nextLong() >>> 1 >>> COUNTED_BITS) << COUNTED_BITS;
    }
}

package xyz.dropsilk.server.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RateTest {
    private static final long SECOND = 1_000_000_000L;

    private final Rate rate = Rate.of(10, 1, 30);

    /** Moments on both sides of where a counter of nanoseconds overflows. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - SECOND, -5 * SECOND})
    void theBurstMayBeTakenAtOnceAndNoMore(long now) {
        long fullAt = now;
        for (int i = 0; i < 30; i++) {
            assertTrue(rate.nanosUntilPermit(fullAt, now) <= 0, "permit " + i);
            fullAt = rate.take(fullAt, now);
        }
        assertEquals(SECOND / 10, rate.nanosUntilPermit(fullAt, now));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - SECOND, Long.MAX_VALUE, -SECOND})
    void aPermitGrowsBackInItsTime(long start) {
        long fullAt = start;
        for (int i = 0; i < 30; i++) {
            fullAt = rate.take(fullAt, start);
        }
        for (int i = 1; i <= 100; i++) {
            long now = start + i * (SECOND / 10);
            assertEquals(1, rate.nanosUntilPermit(fullAt, now - 1));
            assertEquals(0, rate.nanosUntilPermit(fullAt, now));
            fullAt = rate.take(fullAt, now);
        }
    }

    @Test
    void aFullBucketHoldsNoMoreThanTheBurst() {
        long fullAt = 0;
        long now = 1_000 * SECOND;
        for (int i = 0; i < 30; i++) {
            fullAt = rate.take(fullAt, now);
        }
        assertTrue(rate.nanosUntilPermit(fullAt, now) > 0);
    }

    @Test
    void anExtremeRateIsStillOne() {
        assertEquals(1, Rate.of(Integer.MAX_VALUE, 1, 1).nanosPerPermit());
        Rate rare = Rate.of(1, 60, 1);
        assertEquals(60 * SECOND, rare.nanosPerPermit());
        assertTrue(rare.nanosUntilPermit(0, 0) <= 0);
        assertEquals(60 * SECOND, rare.nanosUntilPermit(rare.take(0, 0), 0));
        assertEquals(
                rare.nanosPerPermit(), Rate.of(1, 60, 0).burstNanos()); // a burst of none would never let anything in
    }
}

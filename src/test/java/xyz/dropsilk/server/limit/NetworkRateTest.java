package xyz.dropsilk.server.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.limit.Networks.HOME;
import static xyz.dropsilk.server.limit.Networks.SCHOOL;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.testing.ManualTicker;

final class NetworkRateTest {
    private final ManualTicker ticker = new ManualTicker();
    private final RateLimit limit = NetworkRate.perMinute(30, ticker);

    private void use(int permits) {
        for (int i = 0; i < permits; i++) {
            assertEquals(0, limit.secondsUntilPermit(HOME), "permit " + i);
        }
    }

    @Test
    void aNetworkHasItsPermitsAtOnceAndNoMore() {
        use(30);
        assertEquals(3, limit.secondsUntilPermit(HOME)); // 2 s and a moment
    }

    @Test
    void askingInVainCostsNothing() {
        use(30);
        for (int i = 0; i < 1_000; i++) {
            assertTrue(limit.secondsUntilPermit(HOME) > 0);
        }
        ticker.pass(Duration.ofSeconds(2));
        use(1);
    }

    @Test
    void whoWaitsAsToldGetsAPermit() {
        use(30);
        for (int i = 0; i < 100; i++) {
            long seconds = limit.secondsUntilPermit(HOME);
            if (seconds > 0) {
                ticker.pass(Duration.ofSeconds(seconds));
                use(1);
            }
        }
    }

    @Test
    void permitsGrowBackUpToTheAllowance() {
        use(30);
        ticker.pass(Duration.ofMinutes(1));
        use(30);
        ticker.pass(Duration.ofDays(365));
        use(30);
        assertTrue(limit.secondsUntilPermit(HOME) > 0);
    }

    @Test
    void anotherNetworkHasItsOwn() {
        use(30);
        assertEquals(0, limit.secondsUntilPermit(SCHOOL));
    }

    @Test
    void limitsDoNotShareTheirCounts() {
        use(30);
        assertEquals(0, NetworkRate.perMinute(30, ticker).secondsUntilPermit(HOME));
    }

    @Test
    void zeroIsNoLimit() {
        RateLimit none = NetworkRate.perMinute(Unlimited.COUNT, ticker);
        for (int i = 0; i < 100_000; i++) {
            assertEquals(0, none.secondsUntilPermit(HOME));
        }
    }

    /** With everything worn out by others, a network may be refused, but never gets more than its own allowance. */
    @Test
    void manyNetworksMakeItCoarserAndNeverOpen() {
        for (int i = 0; i < 200_000; i++) {
            limit.secondsUntilPermit(Networks.ipv4(i));
        }
        int granted = 0;
        for (int i = 0; i < 100; i++) {
            granted += limit.secondsUntilPermit(HOME) == 0 ? 1 : 0;
        }
        assertTrue(granted <= 30, "granted " + granted);
    }

    @Test
    void aFewThousandBusyNetworksDoNotDisturbAnother() {
        for (int network = 0; network < 1_000; network++) {
            for (int i = 0; i < 30; i++) {
                limit.secondsUntilPermit(Networks.ipv4(0x0A000000 + network));
            }
        }
        // All four of a network's cells are worn out by chance once in 4,096 / 1,000 to the fourth: 1 in 440.
        int disturbed = 0;
        for (int network = 0; network < 1_000; network++) {
            disturbed += limit.secondsUntilPermit(Networks.ipv4(0x0B000000 + network)) == 0 ? 0 : 1;
        }
        assertTrue(disturbed < 30, "disturbed " + disturbed);
    }
}

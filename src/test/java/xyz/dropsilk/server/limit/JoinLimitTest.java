package xyz.dropsilk.server.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.limit.Networks.HOME;
import static xyz.dropsilk.server.limit.Networks.SCHOOL;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.limit.JoinLimit.Tries;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualTicker;

final class JoinLimitTest {
    private final ManualTicker ticker = new ManualTicker();
    private final CollectedEvents events = new CollectedEvents();
    private final JoinLimit limit = new JoinLimit(60, ticker, events);

    /** Wrong codes from one connection, while it may try; how many it could. */
    private static int guess(Tries tries, int most) {
        int tried = 0;
        while (tried < most && tries.mayTry()) {
            tries.failed();
            tried++;
        }
        return tried;
    }

    /** Wrong codes from ever new connections of one network; how many it could try. */
    private int guessFromNewConnections(NetworkKey network, int most) {
        int tried = 0;
        while (tried < most) {
            int more = guess(limit.tries(network), most - tried);
            if (more == 0) {
                break;
            }
            tried += more;
        }
        return tried;
    }

    @Test
    void aConnectionHasAThirdOfItsNetworksAllowance() {
        assertEquals(20, guess(limit.tries(HOME), 1_000));
    }

    @Test
    void aNetworkHasItsAllowanceHoweverManyConnectionsItOpens() {
        assertEquals(60, guessFromNewConnections(HOME, 1_000));
        assertFalse(limit.tries(HOME).mayTry());
        assertTrue(limit.tries(SCHOOL).mayTry());
    }

    @Test
    void rightCodesAreLockedOutTooUntilTheWholeAllowanceIsBack() {
        guessFromNewConnections(HOME, 1_000);
        Tries innocent = limit.tries(HOME);
        ticker.pass(Duration.ofMillis(59_990));
        assertFalse(innocent.mayTry());
        ticker.pass(Duration.ofMillis(20));
        assertTrue(innocent.mayTry());
        assertEquals(60, guessFromNewConnections(HOME, 1_000));
    }

    @Test
    void aLockedConnectionHasItsWholeShareAfterAMinute() {
        Tries tries = limit.tries(HOME);
        guess(tries, 1_000);
        ticker.pass(Duration.ofMillis(59_990));
        assertFalse(tries.mayTry());
        ticker.pass(Duration.ofMillis(20));
        assertEquals(20, guess(tries, 1_000));
    }

    @Test
    void othersOfTheNetworkMayTryWhileOneConnectionIsLocked() {
        guess(limit.tries(HOME), 1_000);
        assertTrue(limit.tries(HOME).mayTry());
    }

    @Test
    void theAllowanceGrowsBackWhileItIsNotUsedUp() {
        Tries tries = limit.tries(HOME);
        for (int minute = 0; minute < 100; minute++) {
            assertEquals(19, guess(tries, 19));
            ticker.pass(Duration.ofMinutes(1));
        }
        for (int second = 0; second < 1_000; second++) {
            assertEquals(1, guess(tries, 1));
            ticker.pass(Duration.ofSeconds(3)); // a third of one a second
        }
    }

    @Test
    void failuresWhileLockedDoNotProlongIt() {
        Tries tries = limit.tries(HOME);
        guess(tries, 1_000);
        guessFromNewConnections(HOME, 1_000);
        ticker.pass(Duration.ofSeconds(30));
        for (int i = 0; i < 1_000; i++) {
            tries.failed(); // decided before the lock was seen
        }
        ticker.pass(Duration.ofSeconds(31));
        assertTrue(tries.mayTry());
    }

    @Test
    void guessersAreHeldToOneAllowanceAMinute() {
        int tried = 0;
        for (int second = 0; second < 600; second++) {
            tried += guessFromNewConnections(HOME, 1_000);
            ticker.pass(Duration.ofSeconds(1));
        }
        assertTrue(tried <= 11 * 60, "in ten minutes " + tried);
    }

    @Test
    void theLeastAllowanceIsOne() {
        JoinLimit one = new JoinLimit(1, ticker, events);
        Tries tries = one.tries(HOME);
        assertEquals(1, guess(tries, 10));
        ticker.pass(Duration.ofSeconds(61));
        assertEquals(1, guess(tries, 10));
    }

    @Test
    void zeroIsNoLimitAndNoAlarm() {
        JoinLimit none = new JoinLimit(Unlimited.COUNT, ticker, events);
        assertEquals(100_000, guess(none.tries(HOME), 100_000));
        assertEquals(0, events.all().size());
    }

    @Test
    void guessingFromEverywhereRaisesOneAlarm() {
        for (int network = 0; network < 100; network++) {
            guess(limit.tries(Networks.ipv4(network)), 6);
        }
        assertEquals(0, events.all().size());
        for (int network = 100; network < 1_000; network++) {
            guess(limit.tries(Networks.ipv4(network)), 6);
        }
        assertEquals(1, events.all().size());
        ServerEvent alarm = events.named("flight:error").get(0);
        assertEquals(true, alarm.fields().get("alarm"));
        assertEquals(601L, alarm.fields().get("wrongCodes"));
    }

    @Test
    void theAlarmIsRaisedAgainOnceItHasCalmedDown() {
        guessFromEverywhere(0);
        ticker.pass(Duration.ofSeconds(10)); // a pause is not calm
        guessFromEverywhere(1_000);
        assertEquals(1, events.all().size());
        ticker.pass(Duration.ofMinutes(2));
        guessFromEverywhere(2_000);
        assertEquals(2, events.all().size());
    }

    private void guessFromEverywhere(int first) {
        for (int network = first; network < first + 700; network++) {
            guess(limit.tries(Networks.ipv4(network)), 1);
        }
    }

    @Test
    void aMillionGuessersMakeTheLimitCoarserAndNeverOpen() {
        guessFromNewConnections(HOME, 1_000);
        for (int network = 0; network < 1_000_000; network++) {
            limit.tries(Networks.ipv4(network)).failed();
        }
        assertFalse(limit.tries(HOME).mayTry());
        ticker.pass(Duration.ofMinutes(2));
        assertTrue(limit.tries(HOME).mayTry());
    }
}

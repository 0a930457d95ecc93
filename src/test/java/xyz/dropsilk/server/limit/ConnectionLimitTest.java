package xyz.dropsilk.server.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.limit.ConnectionLimit.Outcome.CLOSED;
import static xyz.dropsilk.server.limit.ConnectionLimit.Outcome.ENTERED;
import static xyz.dropsilk.server.limit.ConnectionLimit.Outcome.NETWORK_FULL;
import static xyz.dropsilk.server.limit.ConnectionLimit.Outcome.SERVER_FULL;
import static xyz.dropsilk.server.limit.Networks.HOME;
import static xyz.dropsilk.server.limit.Networks.SCHOOL;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.meter.Meters;

final class ConnectionLimitTest {
    private final ConnectionLimit limit = new ConnectionLimit(5, 3);

    @Test
    void aNetworkHasItsPlacesAndNoMore() {
        for (int i = 0; i < 3; i++) {
            assertEquals(ENTERED, limit.enter(HOME));
        }
        assertEquals(NETWORK_FULL, limit.enter(HOME));
        assertEquals(ENTERED, limit.enter(SCHOOL));
    }

    @Test
    void theServerHasItsPlacesAndNoMore() {
        for (int i = 0; i < 5; i++) {
            assertEquals(ENTERED, limit.enter(Networks.ipv4(i)));
        }
        assertEquals(SERVER_FULL, limit.enter(HOME));
    }

    @Test
    void onceClosedItLetsNobodyInAndWhoIsInStays() {
        assertEquals(ENTERED, limit.enter(HOME));
        assertTrue(limit.admits(HOME));
        limit.close();
        assertEquals(CLOSED, limit.enter(HOME));
        assertEquals(CLOSED, limit.enter(SCHOOL));
        assertFalse(limit.admits(SCHOOL));
        assertFalse(limit.isFull());
        limit.leave(HOME);
        assertEquals(CLOSED, limit.enter(HOME));
    }

    @Test
    void aRefusalTakesNoPlace() {
        for (int i = 0; i < 3; i++) {
            limit.enter(HOME);
        }
        for (int i = 0; i < 100; i++) {
            limit.enter(HOME);
        }
        assertEquals(ENTERED, limit.enter(SCHOOL));
        assertEquals(ENTERED, limit.enter(SCHOOL));
        assertEquals(SERVER_FULL, limit.enter(SCHOOL));
    }

    @Test
    void aPlaceGivenBackIsFree() {
        for (int round = 0; round < 1_000; round++) {
            assertEquals(ENTERED, limit.enter(HOME));
            limit.leave(HOME);
        }
        for (int i = 0; i < 3; i++) {
            limit.enter(HOME);
        }
        limit.leave(HOME);
        assertEquals(ENTERED, limit.enter(HOME));
        assertEquals(NETWORK_FULL, limit.enter(HOME));
    }

    @Test
    void theLargestNetworkIsKnownAtAnyTime() {
        ConnectionLimit none = new ConnectionLimit(Unlimited.COUNT, Unlimited.COUNT);
        Meters meters = new Meters();
        none.addTo(meters);
        Random random = new Random(1);
        int[] there = new int[5];
        for (int i = 0; i < 2_000; i++) {
            int network = random.nextInt(there.length);
            NetworkKey key = new NetworkKey(NetworkKey.Kind.IPV4, network);
            if (there[network] > 0 && random.nextInt(100) < 52) {
                none.leave(key);
                there[network]--;
            } else {
                none.enter(key);
                there[network]++;
            }
            assertEquals(
                    Arrays.stream(there).max().orElseThrow(), meters.value("dropsilk_largest_network_connections"));
            assertEquals(Arrays.stream(there).filter(count -> count > 0).count(), meters.value("dropsilk_networks"));
        }
    }

    @Test
    void noLimitIsNone() {
        ConnectionLimit none = new ConnectionLimit(Unlimited.COUNT, Unlimited.COUNT);
        for (int i = 0; i < 100_000; i++) {
            assertEquals(ENTERED, none.enter(HOME));
        }
    }

    @Test
    void threadsThatEnterAtOnceShareThePlaces() throws Exception {
        ConnectionLimit shared = new ConnectionLimit(1_000, 600);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> entered = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                entered.add(threads.submit(() -> {
                    int places = 0;
                    for (int n = 0; n < 1_000; n++) {
                        places += shared.enter(HOME) == ENTERED ? 1 : 0;
                    }
                    return places;
                }));
            }
            int all = 0;
            for (Future<Integer> each : entered) {
                all += each.get();
            }
            assertEquals(600, all);
        } finally {
            threads.shutdownNow();
        }
    }
}

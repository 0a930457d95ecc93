package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import xyz.dropsilk.server.testing.RawClient;

/** Clients that keep the server as busy as they can. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Isolated("measures how quick answers are")
class GreedyClientIT {
    private static final String REQUEST = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    /** An answer takes a client that asks alone a millisecond; before reads were short, one behind two greedy ones took 300. */
    private static final long MOST_NANOS = 120_000_000;

    /** Asks as fast as it can until its connection ends. */
    private static final class Greedy {
        private final RawClient client;
        private final Thread asks;
        private final Thread reads;

        Greedy(int port) {
            client = RawClient.connect(port);
            byte[] many = REQUEST.repeat(2_400).getBytes(StandardCharsets.US_ASCII);
            asks = new Thread(() -> {
                while (client.trySend(many)) {
                    // more
                }
            });
            reads = new Thread(() -> {
                while (client.read() >= 0) {
                    // so that the server can go on
                }
            });
            asks.start();
            reads.start();
        }

        void end() throws InterruptedException {
            client.reset();
            asks.join();
            reads.join();
        }
    }

    @Test
    void thoseWhoAskWithoutEndDelayNobodyElse() throws InterruptedException {
        try (TestServer server = TestServer.start();
                RawClient modest = RawClient.connect(server.port())) {
            List<Greedy> greedy = List.of(new Greedy(server.port()), new Greedy(server.port()));
            long[] waits = new long[41];
            for (int i = 0; i < waits.length; i++) {
                long since = System.nanoTime();
                modest.send("GET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n");
                assertEquals(200, modest.readAnswer().status());
                waits[i] = System.nanoTime() - since;
            }
            for (Greedy one : greedy) {
                one.end();
            }
            Arrays.sort(waits);
            long median = waits[waits.length / 2];
            assertTrue(median < MOST_NANOS, () -> "half of the answers took over " + median / 1_000_000 + " ms");
        }
    }
}

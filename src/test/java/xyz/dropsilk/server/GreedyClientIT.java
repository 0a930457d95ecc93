package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.RawClient;

/** Clients that keep the server as busy as they can. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GreedyClientIT {
    private static final String REQUEST = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    /** An answer takes a client that asks alone a millisecond; before reads were short, one behind the greedy client took 200. */
    private static final long MOST_NANOS = 60_000_000;

    @Test
    void oneThatAsksWithoutEndDelaysNobodyElse() throws InterruptedException {
        try (TestServer server = TestServer.start();
                RawClient greedy = RawClient.connect(server.port());
                RawClient modest = RawClient.connect(server.port())) {
            byte[] many = REQUEST.repeat(2_400).getBytes(StandardCharsets.US_ASCII);
            Thread asks = new Thread(() -> {
                while (greedy.trySend(many)) {
                    // more
                }
            });
            Thread reads = new Thread(() -> {
                while (greedy.read() >= 0) {
                    // as fast as it can
                }
            });
            asks.start();
            reads.start();
            long[] waits = new long[41];
            for (int i = 0; i < waits.length; i++) {
                long since = System.nanoTime();
                modest.send("GET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n");
                assertEquals(200, modest.readAnswer().status());
                waits[i] = System.nanoTime() - since;
            }
            greedy.reset();
            asks.join();
            reads.join();
            Arrays.sort(waits);
            long median = waits[waits.length / 2];
            assertTrue(median < MOST_NANOS, () -> "half of the answers took over " + median / 1_000_000 + " ms");
        }
    }
}

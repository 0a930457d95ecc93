package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** What goes wrong round a server, which goes on. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsIT {
    /** Takes nothing until it is let go. */
    private static final class Blocked extends OutputStream {
        final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    @Test
    void aStandardOutputThatBlocksStallsNothingAndWhatIsLostIsCounted() {
        Blocked output = new Blocked();
        try (TestServer server = new TestServer.Settings().output(output).start();
                RawClient flood = RawClient.connect(server.port());
                WebClient host = WebClient.from("203.0.113.1", server.port());
                WebClient guest = WebClient.from("203.0.113.1", server.port())) {
            byte[] requests =
                    "GET /logs HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100).getBytes(US_ASCII);
            for (int i = 0; i < 120; i++) { // 12,000 lines where some 8,000 fit
                flood.send(requests);
                for (int answer = 0; answer < 100; answer++) {
                    assertEquals(403, flood.readAnswer().status());
                }
            }
            guest.join(host.createFlight()).expect("peer-joined");
            host.expect("peer-joined");
            host.signal("1");
            guest.expect("signal");
            output.open.countDown();
            JsonNode told = server.awaitEvent("system:error", e -> e.has("linesDropped"));
            assertTrue(told.path("linesDropped").asLong() > 500, told::toString);
        }
    }

    @Test
    void connectionsThatBreakAnywhereLeaveNothingBehind() {
        int perNetwork = 20;
        try (TestServer server = TestServer.with("MAX_CONNECTIONS_PER_NETWORK", perNetwork)
                .with("JOIN_FAILURES_PER_MINUTE", 0)
                .loops(2)
                .start()) {
            Random random = new Random(7);
            byte[] handshake = RawClient.handshake("/").getBytes(US_ASCII);
            byte[] create = RawClient.frame(true, RawClient.TEXT, "{\"type\":\"create-flight\"}".getBytes(US_ASCII));
            byte[] half = RawClient.header(true, RawClient.TEXT, 500_000);
            for (int i = 0; i < 3_000; i++) {
                RawClient client = RawClient.connect(server.port());
                switch (random.nextInt(6)) {
                    case 0 -> {
                        // nothing at all
                    }
                    case 1 -> client.trySend(Arrays.copyOf(handshake, random.nextInt(handshake.length)));
                    case 2 -> client.trySend(handshake);
                    case 3 -> client.trySend(concat(handshake, create));
                    case 4 -> client.trySend(concat(handshake, create, half, new byte[random.nextInt(5_000)]));
                    default -> {
                        client.trySend(handshake);
                        client.read();
                    }
                }
                if (random.nextBoolean()) {
                    client.reset();
                } else {
                    client.close();
                }
            }
            server.awaitEmpty();
            JsonNode stats = server.stats();
            assertEquals(
                    stats.path("totalConnections").asLong(),
                    stats.path("totalDisconnections").asLong());
            assertTrue(stats.path("totalConnections").asLong() > 500, stats::toString);
            List<RawClient> again = new ArrayList<>();
            for (int i = 0; i < perNetwork; i++) { // every place is free again
                again.add(RawClient.webSocket(server.port()));
            }
            again.forEach(RawClient::close);
            server.awaitEmpty();
            System.gc(); // a buffer that was lost is seen by Netty now, and then closing the server fails
            try (WebClient host = WebClient.from("203.0.113.1", server.port())) {
                host.createFlight();
            }
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void aPeerThatBreaksInTheMiddleOfAFloodLeavesTheOtherAlone() {
        try (TestServer server = TestServer.with("MESSAGE_RATE", 0).loops(2).start();
                WebClient host = WebClient.from("203.0.113.1", server.port())) {
            String code = host.createFlight();
            for (int round = 0; round < 20; round++) {
                RawClient guest = RawClient.webSocket(server.port());
                guest.sendText("{\"type\":\"join-flight\",\"flightCode\":\"" + code + "\"}");
                host.expect("peer-joined");
                for (int i = 0; i < 50; i++) {
                    host.signal("\"" + "x".repeat(5_000) + "\"");
                }
                guest.reset();
                host.expect("peer-left");
            }
            host.expectNothing();
        }
    }

    @Test
    void theServerListensOnIpv4AndIpv6() {
        try (TestServer server = TestServer.start()) {
            for (String address : new String[] {"127.0.0.1", "::1"}) {
                try (RawClient client = RawClient.connect(address, server.port())) {
                    assertTrue(client.upgrade().readText().contains("registered"));
                }
            }
        }
    }

    @Test
    void withAHostItListensThereAlone() {
        try (TestServer server = TestServer.with("HOST", "127.0.0.1").start()) {
            RawClient.connect("127.0.0.1", server.port()).close();
            assertThrows(UncheckedIOException.class, () -> RawClient.connect("::1", server.port()));
        }
    }

    @Test
    void aJumpOfTimeEndsNothingThatIsAlive() {
        try (TestServer server =
                        TestServer.with("WS_HEALTH_CHECK_INTERVAL_MS", 200).start();
                WebClient host = WebClient.from("203.0.113.1", server.port());
                WebClient guest = WebClient.from("203.0.113.1", server.port())) {
            guest.join(host.createFlight()).expect("peer-joined");
            host.expect("peer-joined");
            server.skip(Duration.ofDays(400));
            host.signal("1");
            guest.expect("signal");
            long connections = server.stats().path("totalConnections").asLong();
            Await.until("a newcomer after the jump", () -> {
                WebClient.from("203.0.113.1", server.port()).cut();
                return server.stats().path("totalConnections").asLong() >= connections + 3;
            });
            guest.expectNothing();
            host.expectNothing();
        }
    }
}

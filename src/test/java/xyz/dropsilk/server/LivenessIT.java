package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Frame;
import xyz.dropsilk.server.testing.WebClient;

/** Dead peers, slow readers and the end of the server (the contract, 1). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LivenessIT {
    private static String join(RawClient guest, WebClient host) {
        String code = host.createFlight();
        guest.readText(); // registered
        guest.sendText("{\"type\":\"join-flight\",\"flightCode\":\"" + code + "\"}");
        assertTrue(guest.readText().startsWith("{\"type\":\"peer-joined\""));
        host.expect("peer-joined");
        return code;
    }

    @Test
    void aSilentClientIsDroppedAndItsPeerTold() {
        try (TestServer server =
                        TestServer.with("WS_HEALTH_CHECK_INTERVAL_MS", 800).start();
                WebClient host = WebClient.from("203.0.113.1", server.port()); // answers pings by itself
                RawClient silent = RawClient.webSocket(server.port())) {
            join(silent, host);
            host.expect("peer-left");
            assertTrue(silent.drain() > 0, "it was pinged first");
            assertEquals(1, server.refused("dead"));
            host.expectNothing();
        }
    }

    @Test
    void whoeverSendsAnythingLives() {
        try (TestServer server =
                        TestServer.with("WS_HEALTH_CHECK_INTERVAL_MS", 1_000).start();
                RawClient client = RawClient.webSocket(server.port())) {
            int pings = 0;
            while (pings < 5) {
                Frame frame = client.readFrame();
                assertTrue(frame.opcode() != RawClient.CLOSE, frame::text);
                if (frame.opcode() == RawClient.PING) {
                    pings++;
                    client.send(
                            new byte[] {(byte) 0x8A}); // half a frame's header, then the rest: no whole pong in time
                    client.send(new byte[] {(byte) 0x80, 1, 2, 3, 4});
                }
            }
            client.sendText("{\"type\":\"x\"}");
            assertTrue(client.readText().contains("unknown_type"));
        }
    }

    @Test
    void aSlowReaderIsClosedAndDelaysNobodyElse() {
        try (TestServer server = TestServer.with("MESSAGE_RATE", 0).start();
                WebClient sender = WebClient.from("203.0.113.1", server.port());
                WebClient healthy = WebClient.from("203.0.113.2", server.port());
                WebClient healthyToo = WebClient.from("203.0.113.2", server.port());
                RawClient slow = RawClient.connectWithSmallBuffer(server.port())) {
            slow.upgrade();
            join(slow, sender);
            healthyToo.join(healthy.createFlight()).expect("peer-joined");
            healthy.expect("peer-joined");
            String data = "\"" + "x".repeat(64 * 1024) + "\"";
            long longest = 0;
            for (int i = 0; i < 320; i++) { // 20 MiB: the kernel's buffers and ours are full long before
                sender.signal(data);
                long since = System.nanoTime();
                healthy.signal("1");
                healthyToo.expect("signal");
                longest = Math.max(longest, System.nanoTime() - since);
            }
            assertEquals("{\"type\":\"peer-left\"}", sender.nextButLists());
            assertEquals(1013, slow.readClose().closeCode());
            assertTrue(longest < TimeUnit.SECONDS.toNanos(2), "a signal took " + longest + " ns");
            assertEquals(1, server.refused("slow_reader"));
            sender.expectNothing();
        }
    }

    @Test
    void aClientThatHalfClosesIsGone() {
        try (TestServer server = TestServer.start();
                WebClient host = WebClient.from("203.0.113.1", server.port());
                RawClient guest = RawClient.webSocket(server.port())) {
            join(guest, host);
            guest.halfClose();
            host.expect("peer-left");
            guest.drain();
        }
    }

    @Test
    void everybodyIsToldBeforeTheServerStops() {
        try (TestServer server = new TestServer.Settings().loops(2).start();
                WebClient alone = WebClient.from("203.0.113.1", server.port());
                WebClient host = WebClient.from("203.0.113.2", server.port());
                WebClient guest = WebClient.from("203.0.113.2", server.port());
                RawClient deaf = RawClient.webSocket(server.port());
                RawClient idle = RawClient.connect(server.port())) {
            guest.join(host.createFlight()).expect("peer-joined");
            host.expect("peer-joined");
            idle.send("GET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n");
            idle.readAnswer();
            long since = System.nanoTime();
            server.stop();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
            assertTrue(millis < 4_000, "a client that does not answer held the stop up: " + millis + " ms");
            assertEquals(-1, idle.read());
            for (WebClient client : new WebClient[] {alone, host, guest}) {
                assertEquals(
                        "{\"type\":\"server-shutdown\",\"message\":\"Server is shutting down for maintenance.\"}",
                        client.nextButLists());
                assertEquals(new WebClient.Closed(1001, "Server shutdown"), client.awaitClosed());
            }
            Frame close = deaf.readClose();
            assertEquals(1001, close.closeCode());
            assertEquals("Server shutdown", close.closeReason());
            assertEquals(
                    "done",
                    server.events("system:shutdown").get(1).path("phase").asText());
            assertEquals(
                    0,
                    server.events("system:shutdown").get(1).path("connections").asInt());
        }
    }

    @Test
    void aStopWithNobodyThereTakesNoTime() {
        TestServer server = TestServer.start();
        long since = System.nanoTime();
        server.close();
        assertTrue(System.nanoTime() - since < TimeUnit.SECONDS.toNanos(2));
        assertFalse(server.events("system:startup").isEmpty());
    }
}

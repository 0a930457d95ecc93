package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.JarProcess;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;
import xyz.dropsilk.server.testing.RawClient.Frame;
import xyz.dropsilk.server.testing.WebClient;

/** Who asks for too much (the contract, 4), as an attacker would. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LimitsIT {
    private static final String TOO_MANY = "Too many attempts, try again later";
    private static final String NOT_FOUND = "Flight not found or full";

    private static Answer handshake(TestServer server, String... headers) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(RawClient.handshake("/", headers));
            return client.readAnswer();
        }
    }

    // --- connections ---

    @Test
    void overTheLimitOfConnectionsPlainHttpStillAnswers() {
        try (TestServer server = TestServer.with("MAX_CONNECTIONS", 2).start();
                WebClient one = WebClient.from("203.0.113.1", server.port());
                WebClient two = WebClient.from("203.0.113.2", server.port())) {
            Answer full = handshake(server);
            assertEquals(503, full.status());
            assertTrue(Integer.parseInt(full.header("Retry-After")) > 0);
            try (RawClient monitor = RawClient.connect(server.port())) {
                monitor.send("GET /keep-alive HTTP/1.1\r\nHost: a\r\n\r\n");
                assertEquals("OK", monitor.readAnswer().body());
            }
            assertEquals(1, server.refused("server_full"));
            two.expectNothing();
            one.cut();
            Await.until("a place", () -> handshake(server).status() == 101);
        }
    }

    @Test
    void overTheLimitOfANetworkOthersStillGetIn() {
        try (TestServer server =
                        TestServer.with("MAX_CONNECTIONS_PER_NETWORK", 2).start();
                WebClient one = WebClient.from("2001:db8::1", server.port());
                WebClient two = WebClient.from("2001:db8::2", server.port());
                WebClient other = WebClient.from("2001:db8:0:1::1", server.port())) {
            Answer full = handshake(server, "X-Forwarded-For: 2001:db8::3");
            assertEquals(429, full.status());
            assertTrue(Integer.parseInt(full.header("Retry-After")) > 0);
            assertEquals(1, server.refused("network_full"));
            other.expectNothing();
            two.expectNothing();
            one.leave();
            Await.until(
                    "a place",
                    () -> handshake(server, "X-Forwarded-For: 2001:db8::3").status() == 101);
        }
    }

    // --- messages ---

    @Test
    void messagesOverTheRateAreNotHandledAndToldOfOnceASecond() {
        try (TestServer server = TestServer.with("MESSAGE_RATE", 1)
                        .with("MESSAGE_BURST", 5)
                        .start();
                WebClient client = WebClient.from("203.0.113.1", server.port())) {
            for (int i = 0; i < 30; i++) {
                client.sendType("x");
            }
            client.sendType("create-flight"); // not handled either
            for (int i = 0; i < 5; i++) {
                client.expectError("Unknown message type", "unknown_type");
            }
            client.expectError("Too many messages, slow down", "rate_limited");
            Await.until("all to be counted", () -> server.refused("message_rate") == 1);
            server.skip(Duration.ofSeconds(10));
            client.expectNothing();
            assertEquals(0, server.stats().path("activeFlights").asInt());
            assertEquals(
                    "flight-created",
                    client.sendType("create-flight")
                            .expect("flight-created")
                            .path("type")
                            .asText());
        }
    }

    @Test
    void whoeverKeepsItUpForTenSecondsIsClosed() {
        try (TestServer server = TestServer.with("MESSAGE_RATE", 1)
                        .with("MESSAGE_BURST", 1)
                        .start();
                RawClient client = RawClient.webSocket(server.port())) {
            client.readText(); // registered
            byte[] ping = RawClient.frame(true, RawClient.PING, new byte[0]); // control frames count
            byte[] message = RawClient.frame(true, RawClient.BINARY, new byte[0]);
            for (int i = 0; i < 25; i++) { // 12.5 s
                client.trySend(ping);
                client.trySend(message);
                client.trySend(message);
                server.stats(); // the same event loop has read them when it answers this
                server.skip(Duration.ofMillis(500));
            }
            int told = 0;
            Frame answer = client.readFrame();
            while (answer.opcode() != RawClient.CLOSE) {
                told += answer.text().contains("rate_limited") ? 1 : 0;
                answer = client.readFrame();
            }
            assertEquals(1008, answer.closeCode());
            assertTrue(told >= 5 && told <= 11, "told " + told + " times");
            client.drain();
        }
    }

    // --- flight codes ---

    @Test
    void aConnectionThatGuessesIsLockedOutOfRightCodesToo() {
        try (TestServer server = TestServer.with("JOIN_FAILURES_PER_MINUTE", 6).start();
                WebClient host = WebClient.from("203.0.113.9", server.port());
                WebClient guesser = WebClient.from("203.0.113.1", server.port());
                WebClient neighbour = WebClient.from("203.0.113.1", server.port())) {
            String code = host.createFlight();
            guesser.join("AAAAAA").expectError(NOT_FOUND, "flight_not_found");
            guesser.join("BBBBBB").expectError(NOT_FOUND, "flight_not_found");
            guesser.join("CCCCCC").expectError(TOO_MANY, "rate_limited");
            guesser.join(code).expectError(TOO_MANY, "rate_limited");
            guesser.join("short").expectError("Invalid flight code", "invalid_flight_code");
            server.skip(Duration.ofSeconds(50));
            guesser.join(code).expectError(TOO_MANY, "rate_limited"); // not before the whole allowance is back
            neighbour.join("DDDDDD").expectError(NOT_FOUND, "flight_not_found"); // its own share is untouched
            server.skip(Duration.ofSeconds(11));
            guesser.join(code).expect("peer-joined");
            assertEquals(3, server.refused("wrong_code"));
            assertEquals(3, server.refused("join_rate"));
        }
    }

    @Test
    void aNetworkThatGuessesIsLockedOutWhileOthersAreNot() {
        try (TestServer server = TestServer.with("JOIN_FAILURES_PER_MINUTE", 6).start();
                WebClient host = WebClient.from("203.0.113.9", server.port())) {
            String code = host.createFlight();
            for (int i = 0; i < 3; i++) {
                try (WebClient guesser = WebClient.from("203.0.113.1", server.port())) {
                    guesser.join("AAAAAA").expectError(NOT_FOUND, "flight_not_found");
                    guesser.join("BBBBBB").expectError(NOT_FOUND, "flight_not_found");
                }
            }
            try (WebClient fresh = WebClient.from("203.0.113.1", server.port());
                    WebClient elsewhere = WebClient.from("203.0.113.2", server.port())) {
                fresh.join(code).expectError(TOO_MANY, "rate_limited");
                elsewhere.join(code).expect("peer-joined");
            }
        }
    }

    @Test
    void guessingFromEverywhereRaisesAnAlarm() {
        try (TestServer server = TestServer.with("JOIN_FAILURES_PER_MINUTE", 3).start()) {
            for (int i = 0; i < 35; i++) {
                try (WebClient bot = WebClient.from("198.51.100." + i, server.port())) {
                    bot.join("AAAAAA").nextButLists();
                }
            }
            server.awaitEvent("flight:error", e -> e.path("alarm").asBoolean());
            assertEquals(
                    1,
                    server.events("flight:error").stream()
                            .filter(e -> e.path("alarm").asBoolean())
                            .count());
        }
    }

    // --- time ---

    @Test
    void aFrameThatTricklesIsClosedAfterItsTime() {
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.webSocket(server.port())) {
            client.send(RawClient.header(true, RawClient.TEXT, 1_000));
            for (int i = 0; i < 20; i++) {
                client.send("x");
                server.stats(); // the same event loop has read it when it answers this
                server.skip(Duration.ofSeconds(1));
            }
            client.send("x");
            assertEquals(0, server.refused("message_too_slow"));
            server.skip(Duration.ofSeconds(11));
            client.send("x");
            assertEquals(1008, client.readClose().closeCode());
            assertEquals(1, server.refused("message_too_slow"));
            client.drain();
        }
    }

    @Test
    void fragmentsWithoutEndAreClosedAfterTheirTime() {
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.webSocket(server.port())) {
            client.send(RawClient.frame(false, RawClient.TEXT, new byte[] {'{'}));
            byte[] empty = RawClient.frame(false, RawClient.CONTINUATION, new byte[0]);
            for (int i = 0; i < 20_000; i++) {
                client.send(empty);
            }
            server.stats(); // the same event loop has read some of them when it answers this
            assertEquals(0, server.refused("message_too_slow"));
            server.skip(Duration.ofSeconds(31));
            client.send(empty);
            assertEquals(1008, client.readClose().closeCode());
            client.drain();
        }
    }

    // --- memory ---

    @Test
    void unfinishedMessagesOfManySocketsDoNotEndASmallInstance() {
        try (JarProcess jar =
                JarProcess.jar().jvm("-Xmx64m").jvm("-XX:+UseSerialGC").start()) {
            int port = jar.port();
            List<RawClient> attackers = new ArrayList<>();
            byte[] most = new byte[900_000];
            try (WebClient host = WebClient.from("203.0.113.1", port);
                    WebClient guest = WebClient.from("203.0.113.1", port)) {
                guest.join(host.createFlight()).expect("peer-joined");
                host.expect("peer-joined");
                for (int i = 0; i < 100; i++) { // 90 MB where 16 are allowed
                    RawClient attacker = RawClient.webSocket(port);
                    attackers.add(attacker);
                    attacker.send(RawClient.header(true, RawClient.TEXT, 1_000_000));
                    attacker.trySend(most);
                }
                host.signal("\"still here\"");
                guest.expect("signal");
                Await.until("evictions", () -> refusedForMemory(port) >= 80);
                assertTrue(attackers.stream().filter(LimitsIT::wasEvicted).count() >= 40);
                assertFalse(host.isClosed());
            } finally {
                attackers.forEach(RawClient::close);
            }
            assertTrue(jar.isAlive());
        }
    }

    private static int refusedForMemory(int port) {
        try (RawClient monitor = RawClient.connect(port)) {
            monitor.send("GET /stats HTTP/1.0\r\n\r\n");
            return WebClient.json(monitor.readAnswer().body())
                    .at("/refused/memory")
                    .asInt();
        }
    }

    private static boolean wasEvicted(RawClient attacker) {
        while (attacker.hasInput()) {
            Frame frame = attacker.readFrame();
            if (frame.opcode() == RawClient.CLOSE) {
                assertEquals(1013, frame.closeCode());
                return true;
            }
        }
        return false;
    }

    @Test
    void unfinishedBodiesOfManyRequestsDoNotEndASmallInstance() {
        try (JarProcess jar =
                JarProcess.jar().jvm("-Xmx64m").jvm("-XX:+UseSerialGC").start()) {
            int port = jar.port();
            List<RawClient> attackers = new ArrayList<>();
            byte[] most = new byte[250_000];
            try (WebClient witness = WebClient.from("203.0.113.1", port)) {
                for (int i = 0; i < 400; i++) { // 100 MB
                    RawClient attacker = RawClient.connect(port);
                    attackers.add(attacker);
                    attacker.send("POST /api/uploadthing HTTP/1.1\r\nHost: a\r\nContent-Length: 260000\r\n\r\n");
                    attacker.trySend(most);
                }
                witness.expectNothing();
                Await.until("refusals", () -> refusedForMemory(port) >= 200);
            } finally {
                attackers.forEach(RawClient::close);
            }
            assertTrue(jar.isAlive());
        }
    }
}

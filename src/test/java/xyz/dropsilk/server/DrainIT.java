package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.JarProcess;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;
import xyz.dropsilk.server.testing.WebClient;

/** The jar, told to stop while clients are in flights and rooms (the contract, 7). */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DrainIT {
    private static final String ADDRESS = "203.0.113.1";
    private static final WebClient.Closed RESTART = new WebClient.Closed(1012, "Service restart");
    private static final WebClient.Closed SHUTDOWN = new WebClient.Closed(1001, "Server shutdown");

    private static JarProcess draining(int seconds) {
        return JarProcess.jar()
                .with("DRAIN_SECONDS", seconds)
                .with("SHUTDOWN_TIMEOUT_MS", 4_000)
                .with("MESSAGE_RATE", 0)
                .start();
    }

    private static Answer ask(int port, String request, String body) {
        try (RawClient client = RawClient.connect(port)) {
            client.send(request + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            return client.readAnswer();
        }
    }

    private static String status(int port) {
        Answer answer = ask(port, "GET /readyz", "");
        return answer.status() + " "
                + WebClient.json(answer.body()).path("status").asText();
    }

    private static int handshake(int port) {
        try (RawClient client = RawClient.connect(port)) {
            client.send(RawClient.handshake("/"));
            Answer answer = client.readAnswer();
            assertEquals(answer.status() == 503 ? "5" : "", answer.header("Retry-After"));
            return answer.status();
        }
    }

    /** Two talk to each other. */
    private static void assertConnected(WebClient one, WebClient other) {
        one.signal("1");
        other.expect("signal");
        other.signal("2");
        one.expect("signal");
    }

    private static List<JsonNode> told(JarProcess jar) {
        return jar.out().stream()
                .map(WebClient::json)
                .filter(event -> event.path("message").asText().equals("system:draining"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void cutsNoTransfer(String signal, int exitStatus) {
        try (JarProcess jar = draining(40)) {
            int port = jar.port();
            List<WebClient> idle = new ArrayList<>();
            try (WebClient host = WebClient.from(ADDRESS, port);
                    WebClient guest = WebClient.from(ADDRESS, port);
                    WebClient alone = WebClient.from(ADDRESS, port);
                    WebClient attached = WebClient.from(ADDRESS, port);
                    RawClient kept = RawClient.connect(port);
                    RawClient half = RawClient.connect(port)) {
                guest.join(host.createFlight()).expect("peer-joined");
                host.expect("peer-joined");
                String code = alone.createFlight();
                JsonNode room = WebClient.json(
                        ask(port, "POST /api/rooms", "{\"name\":\"Ann\"}").body());
                String roomCode = room.path("roomCode").asText();
                String secret = room.path("self").path("participantId").asText();
                attached.send("{\"type\":\"attach-room\",\"roomCode\":\"" + roomCode + "\",\"participantId\":\""
                                + secret + "\"}")
                        .expect("room-attached");
                for (int i = 0; i < 10; i++) {
                    idle.add(WebClient.from(ADDRESS, port));
                }
                kept.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertEquals("", kept.readAnswer().header("Connection"));
                half.send("POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 14\r\n\r\n{\"name\"");

                long since = System.nanoTime();
                jar.signal(signal);
                Await.until("the drain", () -> status(port).equals("503 draining"));

                // HTTP goes on, one answer a connection.
                half.send(":\"Bob\"}");
                assertLast(201, half.readAnswer());
                kept.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertLast(200, kept.readAnswer());
                assertLast(200, ask(port, "GET /livez", ""));

                // Who comes now is late, and may still join.
                try (WebClient late = WebClient.from(ADDRESS, port)) {
                    late.join(code).expect("peer-joined");
                    alone.expect("peer-joined");
                    assertConnected(late, alone);

                    idle.forEach(client -> assertEquals(RESTART, client.awaitClosed()));
                    Await.until("handshakes to be refused", () -> handshake(port) == 503);

                    jar.signal(signal); // which is heard only once
                    assertConnected(host, guest);
                    assertConnected(late, alone);
                    assertRoomGoesOn(port, roomCode, secret);
                    late.leave();
                }
                alone.expect("peer-left");
                alone.leave();
                host.leave();
                guest.expect("peer-left");
                guest.leave();
                assertFalse(attached.isClosed());
                attached.leave();

                int ended = jar.awaitExit();
                assertTrue(ended == 0 || ended == exitStatus, "exit status " + ended);
                assertTrue(System.nanoTime() - since < TimeUnit.SECONDS.toNanos(40), "it did not wait for its limit");
            } finally {
                idle.forEach(WebClient::close);
            }
            assertEquals(2, told(jar).size());
            JsonNode begun = told(jar).get(0);
            assertEquals("begun", begun.path("phase").asText());
            assertEquals(40, begun.path("seconds").asInt());
            assertEquals(14, begun.path("connections").asInt());
            assertEquals(3, begun.path("inFlights").asInt());
            assertEquals(1, begun.path("inRooms").asInt());
            assertEquals("done", told(jar).get(1).path("phase").asText());
            assertEquals(0, told(jar).get(1).path("connections").asInt());
            assertTrue(jar.out().get(jar.out().size() - 1).contains("system:shutdown"), jar.out()::toString);
            assertEquals(List.of(), jar.err());
        }
    }

    private static void assertLast(int status, Answer answer) {
        assertEquals(status, answer.status());
        assertEquals("close", answer.header("Connection"));
    }

    /** By REST; but nobody is told to connect who would be refused. */
    private static void assertRoomGoesOn(int port, String code, String secret) {
        JsonNode guest = WebClient.json(ask(port, "POST /api/rooms/" + code + "/join", "{\"name\":\"Cy\"}")
                .body());
        String id = guest.path("self").path("participantId").asText();
        String ready = "POST /api/rooms/" + code + "/participants/" + secret + "/ready";
        assertEquals(200, ask(port, ready, "{\"fileCount\":1,\"totalBytes\":1}").status());
        JsonNode poll = WebClient.json(
                ask(port, "GET /api/rooms/" + code + "?participantId=" + id, "").body());
        assertEquals("ready", poll.path("status").asText());
        assertFalse(poll.path("shouldConnect").asBoolean());
    }

    @Test
    void endsWhenItsTimeIsUp() {
        try (JarProcess jar = draining(2)) {
            int port = jar.port();
            try (WebClient host = WebClient.from(ADDRESS, port);
                    WebClient guest = WebClient.from(ADDRESS, port)) {
                guest.join(host.createFlight()).expect("peer-joined");
                host.expect("peer-joined");
                long since = System.nanoTime();
                jar.signal("TERM");
                Await.until("the drain", () -> !told(jar).isEmpty());
                assertConnected(host, guest);
                host.expect("server-shutdown");
                guest.expect("server-shutdown");
                assertTrue(System.nanoTime() - since >= Duration.ofSeconds(2).toNanos());
                assertEquals(SHUTDOWN, host.awaitClosed());
                assertEquals(SHUTDOWN, guest.awaitClosed());
                jar.awaitExit();
                assertEquals(2, told(jar).get(1).path("inFlights").asInt());
            }
        }
    }

    @Test
    void endsAtOnceWithNobodyThere() {
        try (JarProcess jar = draining(3_600)) {
            assertTrue(jar.port() > 0);
            jar.signal("TERM");
            jar.awaitExit();
            assertEquals(2, told(jar).size());
        }
    }

    @Test
    void endsAtOnceWithoutMemory() {
        try (JarProcess jar = JarProcess.jar()
                .jvm("-Xmx256m")
                .jvm("-XX:MaxDirectMemorySize=8m")
                .with("DRAIN_SECONDS", 3_600)
                .start()) {
            int port = jar.port();
            List<RawClient> attackers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawClient attacker = RawClient.webSocket(port);
                attacker.sendText("{\"type\":\"create-flight\"}");
                attackers.add(attacker);
            }
            Await.until(
                    "the flights",
                    () -> WebClient.json(ask(port, "GET /stats", "").body())
                                    .path("activeFlights")
                                    .asInt()
                            == 20);
            jar.signal("TERM");
            Await.until("the drain", () -> !told(jar).isEmpty());
            byte[] most = new byte[900_000];
            for (RawClient attacker : attackers) {
                try {
                    attacker.send(RawClient.header(true, RawClient.TEXT, 1_000_000));
                    attacker.trySend(most);
                } catch (UncheckedIOException gone) {
                    break;
                }
            }
            assertEquals(3, jar.awaitExit());
            attackers.forEach(RawClient::close);
        }
    }
}

package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** What operators read of clients: who ended a connection and how, and why something was refused (the contract, 5). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LogEventsIT {
    private static JsonNode disconnected(TestServer server, String id) {
        return server.awaitEvent(
                "client:disconnected", event -> event.path("id").asText().equals(id));
    }

    private static void assertEnded(JsonNode event, int code, String by) {
        assertTrue(event.path("ip").asText().startsWith("192.0.2."), event.toString());
        assertEquals(code, event.path("closeCode").asInt());
        assertEquals(by, event.path("by").asText());
        assertTrue(event.path("seconds").isDouble() && event.path("seconds").asDouble() >= 0, event.toString());
    }

    @Test
    void whoEndedAConnectionIsToldWithItsCode() {
        try (TestServer server = TestServer.start();
                WebClient polite = WebClient.from("192.0.2.1", server.port());
                WebClient gone = WebClient.from("192.0.2.2", server.port());
                RawClient terse = RawClient.webSocket(server.port(), "X-Forwarded-For: 192.0.2.3");
                RawClient wrong = RawClient.webSocket(server.port(), "X-Forwarded-For: 192.0.2.4")) {
            String terseId = WebClient.json(terse.readText()).path("id").asText();
            String wrongId = WebClient.json(wrong.readText()).path("id").asText();
            String politeId = polite.id();
            String goneId = gone.id();
            server.skip(Duration.ofMinutes(10));

            polite.leave();
            gone.cut();
            terse.send(RawClient.frame(true, RawClient.CLOSE, new byte[0]));
            wrong.send(RawClient.frame(true, 0xB, new byte[0])); // an opcode that is reserved

            assertEnded(disconnected(server, politeId), 1000, "client");
            assertEnded(disconnected(server, terseId), 1005, "client");
            assertEnded(disconnected(server, goneId), 1006, "network");
            assertEnded(disconnected(server, wrongId), 1002, "server");
            assertTrue(disconnected(server, goneId).path("seconds").asDouble() >= 600);
        }
    }

    @Test
    void aStopIsTheServersDoing() {
        String id;
        TestServer server = TestServer.start();
        try (server;
                WebClient client = WebClient.from("192.0.2.5", server.port())) {
            id = client.id();
            server.stop();
            assertEnded(disconnected(server, id), 1001, "server");
        }
    }

    @Test
    void theTypeOfAMessageThatNobodyKnowsIsNamedCleanedAndCut() {
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.webSocket(server.port())) {
            client.sendText("{\"type\":\"say\\u001b[31m-hello\\u202e" + "x".repeat(100) + "\"}");
            JsonNode event = server.awaitEvent("client:error", any -> true);
            assertEquals("invalid_message", event.path("reason").asText());
            assertEquals("say[31m-hello" + "x".repeat(27), event.path("type").asText());
        }
    }

    @Test
    void aMalformedMessageHasNoType() {
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.webSocket(server.port())) {
            client.sendText("{\"type\":1}");
            JsonNode event = server.awaitEvent("client:error", any -> true);
            assertEquals("invalid_message", event.path("reason").asText());
            assertFalse(event.has("type"));
        }
    }

    @Test
    void aRefusedOriginIsNamedWithWhatWouldLetItIn() {
        try (TestServer server = TestServer.with("NODE_ENV", "production").start();
                RawClient client = RawClient.connect(server.port())) {
            client.send("GET /api/status HTTP/1.1\r\nHost: x\r\nOrigin: https://my.example\r\n\r\n");
            assertEquals(403, client.readAnswer().status());
            JsonNode event = server.awaitEvent("http:error", any -> true);
            assertEquals("origin", event.path("reason").asText());
            assertEquals("https://my.example", event.path("origin").asText());
            assertEquals("add it to ALLOWED_ORIGINS", event.path("hint").asText());
        }
    }
}

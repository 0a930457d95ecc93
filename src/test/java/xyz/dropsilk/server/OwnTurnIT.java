package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;
import xyz.dropsilk.server.testing.Scrape;
import xyz.dropsilk.server.testing.WebClient;

/** Credentials for a TURN server of one's own, as pages and operators see them (the contract, 2 and 4). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnTurnIT {
    private static TestServer.Settings own() {
        return TestServer.with("TURN_URLS", "stun:turn.example:3478, turn:turn.example:3478?transport=udp")
                .with("TURN_SHARED_SECRET", "north wind");
    }

    private static Answer ask(TestServer server, String method, String fields) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(method + " /api/turn-credentials HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
            return client.readAnswer();
        }
    }

    @Test
    void eachRequestIsAnsweredWithFreshCredentials() {
        try (TestServer server = own().start()) {
            Answer answer = ask(server, "GET", "");
            assertEquals(200, answer.status());
            assertEquals("no-store", answer.header("Cache-Control"));
            JsonNode body = WebClient.json(answer.body());
            assertEquals(1, body.size());
            JsonNode servers = body.path("iceServers");
            assertEquals(
                    "{\"urls\":[\"stun:turn.example:3478\"]}", servers.get(0).toString());
            assertEquals(
                    "[\"turn:turn.example:3478?transport=udp\"]",
                    servers.get(1).path("urls").toString());
            assertTrue(servers.get(1).path("username").asText().matches("[0-9]{10}:[0-9a-f]{16}"));
            assertTrue(servers.get(1).path("credential").asText().matches("[A-Za-z0-9+/]{27}="));
            String second = ask(server, "POST", "Content-Length: 0\r\n").body();
            assertTrue(WebClient.json(second).path("iceServers").isArray(), second);
            assertTrue(!second.equals(answer.body()), second);
            server.awaitEvent("turn:credentials_issued", event -> true);
        }
    }

    /** The contract, 6: TURN calls by provider and result, age of what is served. */
    @Test
    void whatIsHandedOutIsCounted() {
        try (TestServer server = own().with("METRICS_ACCESS_KEY", "k").start()) {
            String ok = "dropsilk_turn_calls_total{provider=\"own\",result=\"ok\"}";
            String failed = "dropsilk_turn_calls_total{provider=\"own\",result=\"failed\"}";
            Scrape before = Scrape.of(server.port(), "k");
            assertTrue(before.series().containsAll(Set.of(ok, failed)), "there before the first, so that it is a rise");
            assertEquals(0, before.value(ok));
            ask(server, "GET", "");
            ask(server, "POST", "Content-Length: 0\r\n");
            Scrape after = Scrape.of(server.port(), "k");
            assertEquals(2, after.value(ok));
            assertEquals(0, after.value(failed));
            assertEquals(
                    List.of("dropsilk_turn_credentials_age_seconds"),
                    after.series("dropsilk_turn_credentials_age_seconds"));
            assertEquals(0, after.value("dropsilk_turn_credentials_age_seconds"));
        }
    }

    @Test
    void operatorsAndMonitorsSeeThatTurnIsOn() {
        try (TestServer server = own().start();
                RawClient client = RawClient.connect(server.port())) {
            assertTrue(server.awaitEvent("system:startup", event -> true)
                    .path("turn")
                    .asBoolean());
            client.send("GET /api/status HTTP/1.0\r\n\r\n");
            assertEquals(
                    "operational",
                    WebClient.json(client.readAnswer().body())
                            .path("services")
                            .path("turn")
                            .path("status")
                            .asText());
        }
    }

    /** A page of the server's own names its origin when it posts, and not when it gets. */
    @Test
    void inProductionOnlyAllowedOriginsGetAny() {
        try (TestServer server = own().with("NODE_ENV", "production").start()) {
            String length = "Content-Length: 0\r\n";
            assertEquals(403, ask(server, "GET", "").status());
            assertEquals(403, ask(server, "POST", length).status());
            assertEquals(
                    403,
                    ask(server, "POST", length + "Origin: https://evil.example\r\n")
                            .status());
            assertEquals(
                    200,
                    ask(server, "POST", length + "Origin: https://dropsilk.xyz\r\n")
                            .status());
        }
    }

    @Test
    void credentialsAreLimitedLikeAnybodyElses() {
        try (TestServer server = own().with("API_RATE_PER_MINUTE", 1).start()) {
            assertEquals(200, ask(server, "GET", "").status());
            Answer refused = ask(server, "GET", "");
            assertEquals(429, refused.status());
            assertTrue(Long.parseLong(refused.header("Retry-After")) > 0);
        }
    }
}

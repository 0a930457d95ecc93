package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;
import xyz.dropsilk.server.testing.WebClient;

/** What operators, monitors and pages get over plain HTTP (the contract, 2). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpIT {
    private static final String KEY = "k+y/with=odd&characters";
    private static final String NO_STORE = "no-store";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with("LOG_ACCESS_KEY", KEY).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer ask(TestServer whom, String method, String target, String... headers) {
        StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        try (RawClient client = RawClient.connect(whom.port())) {
            client.send(request.append("\r\n").toString());
            Answer answer = client.readAnswer(!method.equals("HEAD"));
            assertEquals("nosniff", answer.header("X-Content-Type-Options"));
            return answer;
        }
    }

    private static Answer get(String target, String... headers) {
        return ask(server, "GET", target, headers);
    }

    // --- endpoints ---

    @Test
    void theServerSaysThatItIsAlive() {
        Answer answer = get("/");
        assertEquals(200, answer.status());
        assertEquals("Server is alive and waiting for WebSocket connections.", answer.body());
        assertTrue(answer.header("Content-Type").startsWith("text/plain"), answer::toString);
        assertEquals(answer.body(), get("/?x=1").body());
    }

    @Test
    void keepAliveSaysOk() {
        Answer answer = get("/keep-alive");
        assertEquals(200, answer.status());
        assertEquals("OK", answer.body());
        assertTrue(answer.header("Content-Type").startsWith("text/plain"), answer::toString);
    }

    @Test
    void theFaviconIsAPicture() {
        Answer answer = get("/favicon.ico");
        assertEquals(200, answer.status());
        assertTrue(answer.header("Content-Type").startsWith("image/"), answer::toString);
        assertFalse(answer.body().isEmpty());
    }

    @Test
    void statsTellTheFigures() {
        try (TestServer fresh = TestServer.start();
                WebClient host = WebClient.from("203.0.113.1", fresh.port());
                WebClient guest = WebClient.from("203.0.113.1", fresh.port());
                WebClient gone = WebClient.from("203.0.113.1", fresh.port())) {
            gone.leave();
            guest.join(host.createFlight()).expect("peer-joined");
            host.expect("peer-joined");
            host.signal("1");
            guest.expect("signal");
            host.send("nonsense").expectError("Invalid message format", "invalid_message");

            Answer answer = ask(fresh, "GET", "/stats");
            assertEquals(200, answer.status());
            assertEquals("application/json", answer.header("Content-Type"));
            assertEquals(NO_STORE, answer.header("Cache-Control"));
            JsonNode stats = WebClient.json(answer.body());
            assertEquals(2, stats.path("activeConnections").asInt());
            assertEquals(1, stats.path("activeFlights").asInt());
            assertEquals(3, stats.path("totalConnections").asInt());
            assertEquals(1, stats.path("totalDisconnections").asInt());
            assertEquals(1, stats.path("totalFlightsCreated").asInt());
            assertEquals(1, stats.path("totalFlightsJoined").asInt());
            assertEquals(1, stats.path("signalsRelayed").asInt());
            assertEquals(1, stats.at("/refused/invalid_message").asInt());
            assertTrue(stats.path("refused").path("wrong_code").isIntegralNumber());
            assertTrue(stats.path("uptime").isFloatingPointNumber());
            for (String use : new String[] {"rss", "heapTotal", "heapUsed", "external"}) {
                assertTrue(stats.path("memory").path(use).asLong() > 0, use);
            }
            assertTrue(stats.path("timestamp").asText().endsWith("Z"));
            Instant told = Instant.parse(stats.path("timestamp").asText());
            assertTrue(told.isAfter(Instant.now().minusSeconds(60)));
        }
    }

    // --- logs ---

    @Test
    void whoeverHasTheKeyReadsTheLog() {
        Answer answer = get("/logs?key=k%2By%2Fwith%3Dodd%26characters");
        assertEquals(200, answer.status());
        assertEquals("text/plain; charset=utf-8", answer.header("Content-Type"));
        assertEquals(NO_STORE, answer.header("Cache-Control"));
        String first = answer.body().lines().findFirst().orElseThrow();
        assertEquals("system:startup", WebClient.json(first).path("message").asText());
        answer.body().lines().map(WebClient::json).forEach(line -> {
            Instant.parse(line.path("timestamp").asText());
            assertTrue(line.path("level").asText().matches("INFO|WARN|ERROR|DEBUG"), line::toString);
        });
        assertFalse(answer.body().contains(KEY));
        server.awaitEvent("system:log_access", e -> e.path("granted").asBoolean());
    }

    /** As Render makes them: base64, half of which holds a plus sign; and what else people paste. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "a+b/c== key=a+b/c==",
                "a+b/c== key=a%2Bb%2Fc%3D%3D",
                "a;b?c key=a;b?c",
                "a;b x=1&key=a;b",
                "50%25 key=50%25",
                "a%zz key=a%zz"
            })
    void theKeyMayBePastedAsItIs(String key, String query) {
        try (TestServer own = TestServer.with("LOG_ACCESS_KEY", key).start();
                RawClient client = RawClient.connect(own.port())) {
            client.send("GET /logs?" + query + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(200, client.readAnswer().status());
            client.send("GET /logs?key=" + key.replace('+', ' ').replace(" ", "%20") + "x HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals(403, client.readAnswer().status());
        }
    }

    /** RFC 9110, 9.2: whoever is sending a request when the server stops gets an answer. */
    @Test
    void aStopLetsARequestThatIsArrivingEnd() {
        TestServer stopping = TestServer.with("SHUTDOWN_TIMEOUT_MS", 15_000).start();
        try (RawClient whole = RawClient.connect(stopping.port());
                RawClient half = RawClient.connect(stopping.port())) {
            String head = "POST /stats HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n";
            for (RawClient client : List.of(whole, half)) {
                client.send(head);
                assertEquals(100, client.readAnswer().status());
                client.send("01234");
            }
            Thread stop = new Thread(stopping::stop);
            stop.start();
            stopping.awaitEvent(
                    "system:shutdown", event -> event.path("phase").asText().equals("begun"));
            whole.send("56789");
            assertEquals(405, whole.readAnswer().status());
            assertEquals(-1, whole.read());
            assertEquals(408, half.readAnswer().status());
        } finally {
            stopping.close();
        }
    }

    @Test
    void theKeyAlsoGoesInAHeader() {
        assertEquals(200, get("/logs", "Authorization: Bearer " + KEY).status());
        assertEquals(200, get("/logs", "Authorization: bearer " + KEY).status()); // RFC 9110, 11.1: no case
        assertEquals(403, get("/logs", "Authorization: " + KEY).status());
        assertEquals(403, get("/logs", "Authorization: Basic " + KEY).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/logs", "/logs?key=", "/logs?key=wrong", "/logs?key=%zz", "/logs?KEY=x", "/logs?"})
    void aWrongOrMissingKeyGetsNothingAndIsLogged(String target) {
        Answer answer = get(target, "X-Forwarded-For: 203.0.113.77");
        assertEquals(403, answer.status());
        assertEquals("Forbidden", answer.body());
        assertEquals(NO_STORE, answer.header("Cache-Control"));
        server.awaitEvent(
                "system:log_access",
                e -> !e.path("granted").asBoolean() && e.path("ip").asText().equals("203.0.113.77"));
    }

    @Test
    void withoutAKeyNobodyGetsIn() {
        try (TestServer closed = TestServer.start()) {
            for (String target : new String[] {"/logs", "/logs?key=", "/logs?key=null", "/logs?key=undefined"}) {
                assertEquals(403, ask(closed, "GET", target).status());
            }
            assertEquals(
                    403, ask(closed, "GET", "/logs", "Authorization: Bearer ").status());
        }
    }

    @Test
    void theLogKeepsTheLastEventsOnly() {
        try (TestServer small = TestServer.with("MAX_LOG_BUFFER_SIZE", 3)
                .with("LOG_ACCESS_KEY", "k")
                .start()) {
            for (int i = 0; i < 5; i++) {
                ask(small, "GET", "/logs");
            }
            Answer answer = ask(small, "GET", "/logs?key=k");
            assertEquals(3, answer.body().lines().count());
            assertFalse(answer.body().contains("system:startup"));
        }
    }

    // --- methods and paths ---

    @ParameterizedTest
    @ValueSource(strings = {"/", "/keep-alive", "/stats", "/favicon.ico", "/logs?key=x", "/nowhere"})
    void headIsGetWithoutItsBody(String target) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("HEAD " + target + " HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Answer head = client.readAnswer(/* withBody= */ false);
            assertEquals(get(target).status(), head.status());
            assertNotEquals("0", head.header("Content-Length"));
            assertEquals(200, client.readAnswer().status()); // nothing of a body stands between
        }
    }

    @ParameterizedTest
    @CsvSource({"POST,/", "DELETE,/stats", "PUT,/keep-alive", "OPTIONS,/logs", "PATCH,/favicon.ico", "FOO,/", "get,/"})
    void anotherMethodOnAKnownPath(String method, String target) {
        Answer answer = ask(server, method, target);
        assertEquals(405, answer.status());
        assertEquals("GET, HEAD", answer.header("Allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/stats/",
                "//stats",
                "/STATS",
                "/stats/..",
                "/./stats",
                "/%73tats",
                "/x",
                "/index.html",
                "*",
                "/stats;a"
            })
    void anUnknownPath(String target) {
        Answer answer = get(target);
        assertEquals(404, answer.status());
        assertEquals("Not Found", answer.body());
        assertEquals(404, ask(server, "POST", target).status());
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost/keep-alive, 200",
        "http://localhost/stats?x=http://a/b, 200",
        "http://localhost?x=/keep-alive, 200",
        "http://localhost, 200",
        "http://localhost/nowhere, 404"
    })
    void aTargetMayHaveSchemeAndHost(String target, int status) {
        assertEquals(status, get(target).status());
    }

    // --- origins ---

    @Test
    void apiPathsAreForAllowedOriginsAlone() {
        Answer allowed = get("/api/nowhere", "Origin: https://dropsilk.xyz");
        assertEquals(404, allowed.status());
        assertEquals("https://dropsilk.xyz", allowed.header("Access-Control-Allow-Origin"));
        assertEquals("Origin", allowed.header("Vary"));
        Answer foreign = get("/api/nowhere", "Origin: https://evil.example");
        assertEquals(403, foreign.status());
        assertEquals("", foreign.header("Access-Control-Allow-Origin"));
        assertEquals("Origin", foreign.header("Vary"));
    }

    // --- one connection ---

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        try (RawClient client = RawClient.connect(server.port())) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                requests.append("GET ")
                        .append(i % 2 == 0 ? "/keep-alive" : "/n" + i)
                        .append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            client.send(requests.toString());
            for (int i = 0; i < 200; i++) {
                assertEquals(i % 2 == 0 ? 200 : 404, client.readAnswer().status(), "answer " + i);
            }
        }
    }

    @Test
    void aConnectionIsKeptUnlessTheClientWantsItClosed() {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("", client.readAnswer().header("Connection"));
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertEquals("close", client.readAnswer().header("Connection"));
            assertEquals(-1, client.read());
        }
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertEquals("keep-alive", client.readAnswer().header("Connection"));
            client.send("GET / HTTP/1.0\r\n\r\n");
            assertEquals(200, client.readAnswer().status());
            assertEquals(-1, client.read());
        }
    }

    @Test
    void aClientThatSendsNoMoreStillGetsItsAnswer() {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.halfClose();
            assertEquals(200, client.readAnswer().status());
        }
    }
}

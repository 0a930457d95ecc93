package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.config.CommandLine;
import xyz.dropsilk.server.config.ConfigException;
import xyz.dropsilk.server.config.ConfigReader;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.http.HttpContext;
import xyz.dropsilk.server.http.HttpPipeline;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.origin.OriginPolicy;
import xyz.dropsilk.server.testing.NoUpgrade;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;

/** What stands between a socket and any endpoint (the contract, 2), with endpoints of the tests' own: slow, failing, or fond of bodies. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RoutesIT {
    private static final String PAGE = "https://dropsilk.xyz";
    private static final String FOREIGN = "https://evil.example";

    private static SocketServer development;
    private static SocketServer production;
    private static int port;
    private static int strictPort;

    @BeforeAll
    static void start() throws IOException, ConfigException {
        development = new SocketServer(1);
        port = development.listen(null, 0, pipeline(/* strict= */ false));
        production = new SocketServer(1);
        strictPort = production.listen(null, 0, pipeline(/* strict= */ true));
    }

    @AfterAll
    static void stop() {
        development.stop(Duration.ofSeconds(2));
        production.stop(Duration.ofSeconds(2));
    }

    private static HttpPipeline pipeline(boolean strict) throws ConfigException {
        OriginPolicy origins = OriginPolicy.of(
                ConfigReader.read(Map.of(), "", CommandLine.parse()).origins(), strict);
        Router router = new Router(EventSink.none())
                .get("/fast", request -> CompletableFuture.completedFuture(Response.text(200, "fast")))
                .get(
                        "/slow",
                        request -> CompletableFuture.supplyAsync(
                                () -> Response.text(200, "slow"),
                                CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)))
                .get("/throws", request -> {
                    throw new IllegalStateException("secret detail");
                })
                .get("/fails", request -> CompletableFuture.failedFuture(new IllegalStateException("secret detail")));
        new Pages(router, origins, EventSink.none())
                .add(
                        "/api/throws",
                        request -> {
                            throw new IllegalStateException("secret detail");
                        },
                        HttpMethod.GET)
                .add(
                        "/api/echo",
                        request -> CompletableFuture.completedFuture(
                                Response.of(200, "application/octet-stream", body(request))),
                        HttpMethod.GET,
                        HttpMethod.POST);
        MemoryBudget memory = new MemoryBudget(1 << 24, Runnable::run);
        return new HttpPipeline(
                new HttpContext(
                        new ClientAddress(List.of(), null),
                        router,
                        new NoUpgrade(),
                        memory,
                        InstantSource.system(),
                        EventSink.none()),
                /* maxWebSockets= */ 2_000);
    }

    private static byte[] body(Request request) {
        byte[] body = request.body();
        return body == null ? new byte[0] : body;
    }

    private static Answer ask(int whom, String request) {
        try (RawClient client = RawClient.connect(whom)) {
            client.send(request.replace("\n", "\r\n"));
            Answer answer = client.readAnswer();
            assertEquals("nosniff", answer.header("X-Content-Type-Options"));
            return answer;
        }
    }

    private static Answer ask(String request) {
        return ask(port, request);
    }

    // --- faults ---

    @Test
    void anEndpointThatFailsIsAnswered500AndOthersLiveOn() {
        try (RawClient client = RawClient.connect(port)) {
            for (String path : new String[] {"/throws", "/fails"}) {
                client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
                Answer answer = client.readAnswer();
                assertEquals(500, answer.status());
                assertFalse(answer.body().contains("secret"));
            }
            client.send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("fast", client.readAnswer().body());
        }
    }

    @Test
    void aSlowAnswerHoldsUpThoseBehindItOnItsConnectionAlone() {
        try (RawClient client = RawClient.connect(port);
                RawClient other = RawClient.connect(port)) {
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
            other.send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
            assertEquals("fast", other.readAnswer().body());
            assertEquals("slow", client.readAnswer().body());
            for (int i = 0; i < 3; i++) {
                assertEquals("fast", client.readAnswer().body());
            }
        }
    }

    @Test
    void aClientThatLeavesBeforeItsAnswerIsNoFault() {
        for (int i = 0; i < 50; i++) {
            RawClient client = RawClient.connect(port);
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            client.reset();
        }
        assertEquals("slow", ask("GET /slow HTTP/1.1\nHost: a\n\n").body());
    }

    // --- bodies ---

    @Test
    void aBodyOf256KibArrivesAndALargerOneDoesNot() {
        String head = "POST /api/echo HTTP/1.1\nHost: a\nOrigin: " + PAGE + "\n";
        String most = "x".repeat(256 * 1024);
        assertEquals(most, ask(head + "Content-Length: 262144\n\n" + most).body());
        Answer tooLarge = ask(head + "Content-Length: 262145\n\n");
        assertEquals(413, tooLarge.status());
        assertEquals(PAGE, tooLarge.header("Access-Control-Allow-Origin"));
        assertEquals("close", tooLarge.header("Connection"));
        String chunk = "8000\n" + "x".repeat(0x8000) + "\n";
        assertEquals(
                413,
                ask(head + "Transfer-Encoding: chunked\n\n" + chunk.repeat(9)).status());
        assertEquals(
                "x".repeat(0x8000),
                ask(head + "Transfer-Encoding: chunked\n\n" + chunk + "0\n\n").body());
        assertEquals(
                413,
                ask(head + "Expect: 100-continue\nContent-Length: 262145\n\n").status());
    }

    @Test
    void aTooLargeBodyFromElsewhereIsRefusedForItsOriginFirst() {
        assertEquals(
                403,
                ask("POST /api/echo HTTP/1.1\nHost: a\nOrigin: " + FOREIGN + "\nContent-Length: 999999\n\n")
                        .status());
    }

    // --- origins ---

    @Test
    void aPreflightIsAnsweredForAllowedOrigins() {
        Answer answer = ask("OPTIONS /api/echo HTTP/1.1\nHost: a\nOrigin: " + PAGE
                + "\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type, x-a\n\n");
        assertEquals(204, answer.status());
        assertEquals("", answer.body());
        assertFalse(answer.headers().containsKey("content-length")); // RFC 9110, 8.6
        assertEquals(PAGE, answer.header("Access-Control-Allow-Origin"));
        assertTrue(answer.header("Vary").contains("Origin"));
        assertTrue(answer.header("Access-Control-Allow-Methods").contains("POST"));
        assertEquals("content-type, x-a", answer.header("Access-Control-Allow-Headers"));
        assertTrue(Integer.parseInt(answer.header("Access-Control-Max-Age")) > 0);
    }

    @Test
    void foreignOriginsGetNeitherPreflightNorAnswer() {
        for (String method : new String[] {"OPTIONS", "GET", "POST", "DELETE"}) {
            Answer answer = ask(method + " /api/echo HTTP/1.1\nHost: a\nOrigin: " + FOREIGN + "\n\n");
            assertEquals(403, answer.status());
            assertFalse(answer.headers().containsKey("access-control-allow-origin"));
            assertTrue(answer.header("Vary").contains("Origin"));
        }
    }

    @Test
    void withoutAnOriginOnlyDevelopmentAnswers() {
        assertEquals(200, ask(port, "GET /api/echo HTTP/1.1\nHost: a\n\n").status());
        assertEquals(403, ask(strictPort, "GET /api/echo HTTP/1.1\nHost: a\n\n").status());
        assertEquals(
                200,
                ask(strictPort, "GET /api/echo HTTP/1.1\nHost: a\nOrigin: " + PAGE + "\n\n")
                        .status());
    }

    @Test
    void errorAnswersCarryTheSameHeaders() {
        for (String request : new String[] {"DELETE /api/echo", "GET /api/throws", "GET /api/nowhere"}) {
            Answer answer = ask(request + " HTTP/1.1\nHost: a\nOrigin: " + PAGE + "\n\n");
            assertTrue(answer.status() >= 400);
            assertEquals(PAGE, answer.header("Access-Control-Allow-Origin"), request);
            assertTrue(answer.header("Vary").contains("Origin"));
        }
        assertEquals(
                "GET, HEAD, POST, OPTIONS",
                ask("DELETE /api/echo HTTP/1.1\nHost: a\nOrigin: " + PAGE + "\n\n")
                        .header("Allow"));
    }
}

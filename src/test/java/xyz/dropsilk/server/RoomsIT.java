package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** The rooms contract, 1 and 3, on real sockets: texts, statuses, CORS, limits, and a whole transfer. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RoomsIT {
    private static final String ORIGIN = "https://dropsilk.xyz";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static TestServer server;
    private static TestServer production;

    @BeforeAll
    static void start() {
        server = TestServer.with("ROOMS_PER_MINUTE", 0)
                .with("JOIN_FAILURES_PER_MINUTE", 0)
                .start();
        production = TestServer.with("NODE_ENV", "production").start();
    }

    @AfterAll
    static void stop() {
        server.close();
        production.close();
    }

    private static HttpResponse<String> send(
            TestServer whom, String method, String path, String body, String... headers) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + whom.port() + path))
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .header("Content-Type", "application/json");
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> post(String path, String body) {
        return send(server, "POST", path, body);
    }

    private static HttpResponse<String> get(String path) {
        return send(server, "GET", path, "");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return WebClient.json(answer.body());
    }

    private static void assertError(int status, String text, HttpResponse<String> answer) {
        assertEquals(status + " {\"error\":\"" + text + "\"}", answer.statusCode() + " " + answer.body());
        assertEquals(
                "application/json", answer.headers().firstValue("content-type").orElse(""));
        assertEquals("no-store", answer.headers().firstValue("cache-control").orElse(""));
    }

    private static JsonNode create(String name) {
        HttpResponse<String> created = post("/api/rooms", "{\"name\":\"" + name + "\"}");
        assertEquals(201, created.statusCode(), created.body());
        return json(created);
    }

    private static JsonNode join(String code, String name) {
        HttpResponse<String> joined = post("/api/rooms/" + code + "/join", "{\"name\":\"" + name + "\"}");
        assertEquals(200, joined.statusCode(), joined.body());
        return json(joined);
    }

    private static String code(JsonNode summary) {
        return summary.path("roomCode").asText();
    }

    private static String id(JsonNode summary) {
        return summary.path("self").path("participantId").asText();
    }

    private static String of(JsonNode summary, String what) {
        return "/api/rooms/" + code(summary) + "/participants/" + id(summary) + "/" + what;
    }

    private static JsonNode poll(JsonNode of) {
        HttpResponse<String> answer = get("/api/rooms/" + code(of) + "?participantId=" + id(of));
        assertEquals(200, answer.statusCode(), answer.body());
        return json(answer);
    }

    // --- requests ---

    @Test
    void aRoomIsCreatedJoinedAndPolled() {
        JsonNode host = create("Ann <b>");
        assertEquals("Ann \u2039b\u203A", host.path("self").path("name").asText());
        JsonNode guest = join(code(host).toLowerCase(Locale.ROOT), "Bob");
        assertEquals("paired", guest.path("status").asText());
        assertEquals("Bob", poll(host).path("peer").path("name").asText());
        HttpResponse<String> ready = post(of(host, "ready"), "{\"fileCount\":2,\"totalBytes\":9007199254740991}");
        assertEquals(200, ready.statusCode());
        assertEquals(
                9_007_199_254_740_991L,
                json(ready).path("self").path("totalBytes").asLong());
        assertTrue(poll(guest).path("shouldConnect").asBoolean());
        assertEquals(200, post(of(guest, "chat"), "{\"active\":true}").statusCode());
        assertEquals(200, post(of(guest, "screen-share"), "{\"active\":true}").statusCode());
        assertError(400, "Peer is already screen sharing", post(of(host, "screen-share"), "{\"active\":true}"));
        assertEquals(
                200,
                send(server, "HEAD", "/api/rooms/" + code(host) + "?participantId=" + id(host), "")
                        .statusCode());
    }

    @Test
    void whatIsNotThere() {
        JsonNode host = create("Ann");
        assertError(400, "Room not found or expired", post("/api/rooms/AAAAAA/join", "{\"name\":\"x\"}"));
        join(code(host), "Bob");
        assertError(
                400,
                "Room already has two participants",
                post("/api/rooms/" + code(host) + "/join", "{\"name\":\"x\"}"));
        String none = "Room not found or participant is not part of it.";
        assertError(404, none, get("/api/rooms/AAAAAA?participantId=" + id(host)));
        assertError(404, none, get("/api/rooms/" + code(host) + "?participantId=x"));
        assertError(404, none, get("/api/rooms/" + code(host) + "?participantId=" + id(host).toUpperCase(Locale.ROOT)));
        assertError(404, none, post("/api/rooms/" + code(host) + "/participants/x/ready", "{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/rooms/",
                "/api/rooms//join",
                "/api/rooms/K7QX2M/",
                "/api/rooms/K7QX2M/leave",
                "/api/rooms/K7QX2M/join/",
                "/api/rooms/K7QX2M/participants",
                "/api/rooms/K7QX2M/participants/x",
                "/api/rooms/K7QX2M/participants/x/ready/",
                "/api/rooms/K7QX2M/participants//ready",
                "/api/rooms/K7QX2M/participants/x/READY"
            })
    void whatIsNoEndpoint(String path) {
        assertError(404, "Room endpoint not found.", get(path));
        assertError(404, "Room endpoint not found.", post(path, "{}"));
        assertEquals(204, send(server, "OPTIONS", path, "", "Origin", ORIGIN).statusCode());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/rooms, 'POST, OPTIONS'",
        "PUT, /api/rooms, 'POST, OPTIONS'",
        "POST, /api/rooms/K7QX2M, 'GET, HEAD, OPTIONS'",
        "DELETE, /api/rooms/K7QX2M/participants/x/ready, 'POST, OPTIONS'",
        "GET, /api/rooms/K7QX2M/join, 'POST, OPTIONS'"
    })
    void anotherMethod(String method, String path, String allow) {
        HttpResponse<String> answer = send(server, method, path, "");
        assertError(405, "Method not allowed.", answer);
        assertEquals(allow, answer.headers().firstValue("allow").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"x\"",
                "{",
                "{}x",
                "{\"name\":\"a\"}{}",
                "{'name':'a'}",
                "{\"name\":}",
                "{\"name\":1}",
                "{\"name\":null}",
                "{\"name\":\"\"}",
                "{\"name\":\" \\u200b \"}",
                "{\"Name\":\"a\"}",
                "\ufeff{\"name\":\"a\"}",
                "{\"name\":\"123456789012345678901234567890123456789012345678901\"}",
                "{\"name\":\"a\",}",
                "{\"name\":\"a\nb\"}"
            })
    void aBodyThatIsNone(String body) {
        HttpResponse<String> answer = post("/api/rooms", body);
        assertEquals(400, answer.statusCode(), answer.body());
        assertEquals("Invalid request", json(answer).path("error").asText());
        assertEquals(1, json(answer).path("issues").size(), answer.body());
        assertTrue(json(answer).path("issues").get(0).asText().matches("(body|name): .+"), answer.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ready | {\"fileCount\":-1}",
                "ready | {\"fileCount\":1.5}",
                "ready | {\"fileCount\":2147483648}",
                "ready | {\"fileCount\":\"1\"}",
                "ready | {\"fileCount\":true}",
                "ready | {\"totalBytes\":9007199254740992}",
                "ready | {\"totalBytes\":1e999}",
                "ready | {\"totalBytes\":{}}",
                "chat | {}",
                "chat | {\"active\":null}",
                "chat | {\"active\":1}",
                "chat | {\"active\":\"true\"}",
                "screen-share | {\"active\":[]}"
            })
    void aChangeThatIsNone(String what, String body) {
        JsonNode host = create("Ann");
        HttpResponse<String> answer = post(of(host, what), body);
        assertEquals(400, answer.statusCode(), answer.body());
        assertEquals("Invalid request", json(answer).path("error").asText());
        assertEquals(0, poll(host).path("self").path("fileCount").asInt());
        assertFalse(poll(host).path("self").path("ready").asBoolean());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"fileCount\":null,\"totalBytes\":null} | 0",
                "{} | 0",
                "{\"fileCount\":2.0,\"__proto__\":{\"x\":1}} | 2",
                "{\"fileCount\":1e1} | 10",
                "{\"fileCount\":2147483647} | 2147483647"
            })
    void aChangeThatIsOne(String body, long files) {
        JsonNode host = create("Ann");
        HttpResponse<String> answer = post(of(host, "ready"), body);
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals(files, json(answer).path("self").path("fileCount").asLong());
    }

    @Test
    void allThatIsWrongIsToldAndNothingOfItRepeated() {
        HttpResponse<String> answer =
                post("/api/rooms/abc%3Cb%3E%20x/participants/" + "q".repeat(65) + "/chat", "{\"active\":\"<i>\"}");
        assertEquals(400, answer.statusCode());
        assertEquals(3, json(answer).path("issues").size(), answer.body());
        assertFalse(answer.body().contains("<") || answer.body().contains("qqq"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/rooms/K7QX2M",
                "/api/rooms/K7QX2M?participantId=",
                "/api/rooms/K7QX2M?participantId=%20",
                "/api/rooms/K7QX2M?participantId=a&participantId=b",
                "/api/rooms/K7QX2M?ParticipantId=a",
                "/api/rooms/K7QX2?participantId=a",
                "/api/rooms/%4B7QX2MX?participantId=a",
                "/api/rooms/K7Q%2FX2M?participantId=a",
                "/api/rooms/K7QX%C3?participantId=a",
                "/api/rooms/K7QX2M?participantId=%ff"
            })
    void aPollThatIsNone(String path) {
        HttpResponse<String> answer = get(path);
        assertEquals(400, answer.statusCode(), answer.body());
        assertEquals("Invalid request", json(answer).path("error").asText());
    }

    @Test
    void codesAndIdsAreDecodedOnceAndTrimmed() {
        JsonNode host = create("Ann");
        String code = "%20" + code(host).toLowerCase(Locale.ROOT) + "%20";
        assertEquals(
                200,
                get("/api/rooms/" + code + "?x=1&participantId=+" + id(host) + "%20")
                        .statusCode());
        assertEquals(
                404,
                get("/api/rooms/" + code(host) + "?participantId=%2520" + id(host))
                        .statusCode());
    }

    @Test
    void tooLargeABody() {
        HttpResponse<String> answer = post("/api/rooms", "{\"name\":\"" + "x".repeat(256 * 1024) + "\"}");
        assertEquals(413, answer.statusCode());
    }

    @Test
    void nestingHasAnEnd() {
        String deep = "[".repeat(499) + "]".repeat(499);
        assertEquals(
                201, post("/api/rooms", "{\"name\":\"a\",\"x\":" + deep + "}").statusCode());
        assertEquals(
                400,
                post("/api/rooms", "{\"name\":\"a\",\"x\":[[" + deep + "]]}").statusCode());
    }

    // --- CORS ---

    @Test
    void preflightsAreAnsweredForAllOfIt() {
        HttpResponse<String> answer = send(
                production,
                "OPTIONS",
                "/api/rooms/K7QX2M/join",
                "",
                "Origin",
                ORIGIN,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "content-type");
        assertEquals(204, answer.statusCode());
        assertEquals(
                "GET, POST, OPTIONS",
                answer.headers().firstValue("access-control-allow-methods").orElse(""));
        assertEquals(
                "content-type",
                answer.headers()
                        .firstValue("access-control-allow-headers")
                        .orElse("")
                        .toLowerCase(Locale.ROOT));
        assertEquals(
                "86400", answer.headers().firstValue("access-control-max-age").orElse(""));
        assertEquals(
                ORIGIN,
                answer.headers().firstValue("access-control-allow-origin").orElse(""));
        assertEquals("no-store", answer.headers().firstValue("cache-control").orElse(""));
    }

    @Test
    void errorsCarryTheSameFieldsAsAnswers() {
        for (String path : List.of("/api/rooms/AAAAAA?participantId=x", "/api/rooms/x", "/api/rooms/a/b/c/d/e/f")) {
            HttpResponse<String> answer = send(production, "GET", path, "", "Origin", ORIGIN);
            assertEquals(
                    ORIGIN,
                    answer.headers().firstValue("access-control-allow-origin").orElse(""),
                    path);
            assertEquals("Origin", answer.headers().firstValue("vary").orElse(""));
        }
    }

    @Test
    void otherOriginsAreKeptOut() {
        assertEquals(
                403, send(production, "POST", "/api/rooms", "{\"name\":\"a\"}").statusCode());
        HttpResponse<String> answer =
                send(server, "POST", "/api/rooms", "{\"name\":\"a\"}", "Origin", "https://evil.example");
        assertEquals(403, answer.statusCode());
        assertTrue(answer.headers().firstValue("access-control-allow-origin").isEmpty());
        assertEquals(
                403,
                send(server, "OPTIONS", "/api/rooms", "", "Origin", "https://evil.example")
                        .statusCode());
    }

    @Test
    void statusIsForMonitorsToo() {
        HttpResponse<String> answer = send(production, "GET", "/api/status", "");
        assertEquals(200, answer.statusCode());
        assertEquals("no-store", answer.headers().firstValue("cache-control").orElse(""));
        JsonNode status = json(answer);
        assertEquals("operational", status.path("status").asText());
        assertEquals(
                "not_configured",
                status.path("services").path("turn").path("status").asText());
        assertTrue(status.path("uptimeFormatted").asText().matches("(\\d+[dhm] )*\\d+s"));
        assertEquals(
                403,
                send(production, "GET", "/api/status", "", "Origin", "https://evil.example")
                        .statusCode());
    }

    // --- limits ---

    @Test
    void creatingHasItsLimitANetwork() {
        try (TestServer strict = TestServer.with("ROOMS_PER_MINUTE", 2).start()) {
            for (int i = 0; i < 2; i++) {
                assertEquals(
                        201,
                        send(strict, "POST", "/api/rooms", "{\"name\":\"a\"}").statusCode());
            }
            HttpResponse<String> answer = send(strict, "POST", "/api/rooms", "{");
            assertError(429, "Too many attempts, try again later", answer);
            assertTrue(
                    Integer.parseInt(answer.headers().firstValue("retry-after").orElse("")) > 0);
            assertEquals(
                    201,
                    send(strict, "POST", "/api/rooms", "{\"name\":\"a\"}", "X-Forwarded-For", "203.0.113.1")
                            .statusCode());
        }
    }

    @Test
    void wrongCodesCountForJoinsOfAllKinds() {
        try (TestServer strict = TestServer.with("JOIN_FAILURES_PER_MINUTE", 3).start();
                WebClient flier = WebClient.from("203.0.113.5", strict.port())) {
            String[] from = {"X-Forwarded-For", "203.0.113.5"};
            JsonNode room = json(send(strict, "POST", "/api/rooms", "{\"name\":\"a\"}", from));
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        400,
                        send(strict, "POST", "/api/rooms/AAAAAA/join", "{\"name\":\"a\"}", from)
                                .statusCode());
            }
            HttpResponse<String> answer =
                    send(strict, "POST", "/api/rooms/" + code(room) + "/join", "{\"name\":\"a\"}", from);
            assertError(429, "Too many attempts, try again later", answer);
            assertTrue(answer.headers().firstValue("retry-after").isPresent());
            assertTrue(flier.join("BBBBBB").expect("error").toString().contains("Too many attempts"));
            assertEquals(
                    200,
                    send(strict, "GET", "/api/rooms/" + code(room) + "?participantId=" + id(room), "", from)
                            .statusCode(),
                    "polls have no limit");
        }
    }

    @Test
    void twoJoinsAtOnceGetOneSeat() throws Exception {
        for (int round = 0; round < 20; round++) {
            String code = code(create("Ann"));
            List<CompletableFuture<Integer>> joins = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                HttpRequest request = HttpRequest.newBuilder(
                                URI.create("http://localhost:" + server.port() + "/api/rooms/" + code + "/join"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"x\"}"))
                        .build();
                joins.add(HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                        .thenApply(HttpResponse::statusCode));
            }
            List<Integer> statuses = new ArrayList<>();
            for (CompletableFuture<Integer> join : joins) {
                statuses.add(join.get());
            }
            statuses.sort(null);
            assertEquals(List.of(200, 400, 400, 400), statuses);
        }
    }

    @Test
    void aStopAnswersRoomRequestsWith503AndTellsNobodyThatAnybodyLeft() {
        TestServer stopping = TestServer.with("ROOMS_PER_MINUTE", 0).start();
        JsonNode host = json(send(stopping, "POST", "/api/rooms", "{\"name\":\"a\"}"));
        JsonNode guest = json(send(stopping, "POST", "/api/rooms/" + code(host) + "/join", "{\"name\":\"b\"}"));
        try (RawClient a = RawClient.webSocket(stopping.port());
                RawClient b = RawClient.webSocket(stopping.port());
                RawClient page = RawClient.connect(stopping.port())) {
            attach(a, host);
            attach(b, guest);
            String poll = "GET /api/rooms/" + code(host) + "?participantId=" + id(host) + " HTTP/1.1\r\nHost: a\r\nX: ";
            page.send(poll + "y\r\n\r\n");
            assertEquals(200, page.readAnswer().status()); // now it is accepted, and no stop resets it
            page.send(poll);
            send(stopping, "GET", "/livez", ""); // by then what was sent before is read
            Thread stop = new Thread(stopping::stop);
            stop.start();
            stopping.awaitEvent(
                    "system:shutdown", event -> event.path("phase").asText().equals("begun"));
            Await.until("the shutdown is told", () -> a.readText().contains("server-shutdown"));
            page.send("y\r\n\r\n");
            RawClient.Answer answer = page.readAnswer();
            assertEquals(503, answer.status());
            assertEquals("{\"error\":\"Rooms are not available, try again shortly\"}", answer.body());
            assertTrue(!answer.header("Retry-After").isEmpty());
            String rest = "";
            for (RawClient.Frame frame = b.readFrame(); frame.opcode() == RawClient.TEXT; frame = b.readFrame()) {
                rest += frame.text();
            }
            assertFalse(rest.contains("peer-left"), rest);
        } finally {
            stopping.close();
        }
    }

    // --- sockets ---

    private static void attach(RawClient socket, JsonNode participant) {
        socket.sendText("{\"type\":\"attach-room\",\"roomCode\":\"" + code(participant) + "\",\"participantId\":\""
                + id(participant) + "\"}");
    }

    private static String next(RawClient socket, String type) {
        for (String text = socket.readText(); ; text = socket.readText()) {
            if (text.contains("\"type\":\"" + type + "\"")) {
                return text;
            }
        }
    }

    @Test
    void aWholeTransferAndTheGuestLeaves() {
        JsonNode host = create("Ann");
        JsonNode guest = join(code(host), "Bob");
        try (RawClient a = RawClient.webSocket(server.port())) {
            try (RawClient b = RawClient.webSocket(server.port())) {
                attach(a, host);
                next(a, "room-attached");
                attach(b, guest);
                next(b, "peer-joined");
                next(a, "peer-joined");
                a.sendText("{\"type\":\"signal\",\"data\":{\"sdp\":1}}");
                assertEquals("{\"type\":\"signal\",\"data\":{\"sdp\":1}}", next(b, "signal"));
                b.sendClose(1001);
                assertEquals(1001, b.readClose().closeCode());
            }
            next(a, "peer-left");
            assertEquals("waiting", poll(host).path("status").asText(), "freed before it is told");
            assertEquals(
                    404,
                    get("/api/rooms/" + code(guest) + "?participantId=" + id(guest))
                            .statusCode());
            a.sendClose(1001);
            a.readClose();
        }
        Await.until(
                "the room is gone",
                () -> get("/api/rooms/" + code(host) + "?participantId=" + id(host))
                                .statusCode()
                        == 404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"attach-room\"}",
                "{\"type\":\"attach-room\",\"roomCode\":\"K7QX2M\"}",
                "{\"type\":\"attach-room\",\"roomCode\":\"K7QX2\",\"participantId\":\"x\"}",
                "{\"type\":\"attach-room\",\"roomCode\":\"K7QX2M\",\"participantId\":\" \"}",
                "{\"type\":\"attach-room\",\"roomCode\":\"K7QX2M\",\"participantId\":7}",
                "{\"type\":\"attach-room\",\"roomCode\":\"K7QX2M\",\"participantId\":\"x\",\"channel\":\"video\"}",
                "{\"type\":\"attach-room\",\"roomCode\":\"K7QX2M\",\"participantId\":\"x\",\"channel\":null}"
            })
    void attachRoomOfAnotherForm(String message) {
        try (RawClient socket = RawClient.webSocket(server.port())) {
            next(socket, "registered");
            socket.sendText(message);
            assertTrue(next(socket, "error").contains("Invalid message format"));
        }
    }

    @Test
    void aReplacedSocketIsClosedWithAReason() {
        JsonNode host = create("Ann");
        try (RawClient first = RawClient.webSocket(server.port());
                RawClient second = RawClient.webSocket(server.port())) {
            attach(first, host);
            next(first, "room-attached");
            attach(second, host);
            next(second, "room-attached");
            RawClient.Frame close = first.readClose();
            assertEquals(1000, close.closeCode());
            assertEquals("Replaced", close.closeReason());
            assertEquals("waiting", poll(host).path("status").asText());
        }
    }

    @Test
    void secretsStandInNoLine() {
        JsonNode host = create("Ann");
        JsonNode guest = join(code(host), "Bob");
        try (RawClient a = RawClient.webSocket(server.port())) {
            attach(a, host);
            next(a, "room-attached");
            post(of(guest, "ready"), "{\"fileCount\":\"x\"}");
            a.sendClose(1001);
            a.readClose();
        }
        server.awaitEvent("room:left", event -> event.path("roomCode").asText().equals(code(host)));
        String log = server.log().toString();
        assertFalse(log.contains(id(host)) || log.contains(id(guest)), "secrets");
        assertTrue(server.stats().path("totalRoomsCreated").asLong() > 0);
        assertFalse(server.stats().toString().contains(id(host)));
    }
}

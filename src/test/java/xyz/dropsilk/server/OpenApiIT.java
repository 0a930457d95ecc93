package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.Description;
import xyz.dropsilk.server.testing.FakeCloud;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** {@code docs/openapi.yaml} is what the running server does: its paths and methods, and every answer with its fields, both ways. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OpenApiIT {
    private static final Description PAGE = Description.of("openapi.yaml");
    private static final String TURN = "/api/turn-credentials";
    private static final String UPLOADS = "/api/uploadthing";
    private static final String EMAIL = "/request-email";
    private static final String ROOMS = "/api/rooms";
    private static final String ROOM = "/api/rooms/{code}";
    private static final String JOIN = "/api/rooms/{code}/join";
    private static final String READY = "/api/rooms/{code}/participants/{id}/ready";
    private static final String CHAT = "/api/rooms/{code}/participants/{id}/chat";
    private static final String SHARE = "/api/rooms/{code}/participants/{id}/screen-share";
    private static final String LINKS = "?slug=previewUpload&actionType=upload";
    private static final String HUGE = "{\"name\":\"" + "x".repeat(256 * 1024) + "\"}";

    /** Answers while the server stops, which no client can time: see RoomsTest. */
    private static final Set<String> NOT_PROVOKED = new TreeSet<>(Set.of(
            "GET /livez 503",
            "GET /metrics 503",
            "GET /readyz 503",
            "GET " + ROOM + " 503",
            "POST " + JOIN + " 503",
            "POST " + READY + " 503",
            "POST " + CHAT + " 503",
            "POST " + SHARE + " 503"));

    private final Set<String> seen = new TreeSet<>();

    // --- asking ---

    private static String head(String method, String target, String body, String... headers) {
        return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                + body.getBytes(UTF_8).length + "\r\n"
                + Stream.of(headers).map(header -> header + "\r\n").reduce("", String::concat) + "\r\n" + body;
    }

    /** Asks, and holds the answer to the page: its status is there, and its body as the schema says. */
    private RawClient.Answer ask(
            TestServer server, String method, String template, String target, String body, String... headers) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(head(method, target, body, headers));
            RawClient.Answer answer = client.readAnswer(!method.equals("HEAD"));
            hold(method, template, answer);
            return answer;
        }
    }

    private RawClient.Answer get(TestServer server, String path, String... headers) {
        return ask(server, "GET", path, path, "", headers);
    }

    private void hold(String method, String template, RawClient.Answer answer) {
        String what = method + " " + template + " " + answer.status();
        JsonNode operation = operation(template, method);
        JsonNode response = PAGE.resolved(operation.path("responses").path(String.valueOf(answer.status())));
        assertFalse(response.isMissingNode(), what + " is not described: " + answer);
        seen.add(what);
        if (answer.body().isEmpty()) {
            return;
        }
        String type = answer.header("content-type").replaceFirst(";.*", "");
        JsonNode content = response.path("content").path(type);
        assertFalse(content.isMissingNode(), what + " has no " + type);
        if (content.has("schema")) {
            JsonNode value =
                    type.equals("application/json") ? WebClient.json(answer.body()) : TextNode.valueOf(answer.body());
            PAGE.check(content.path("schema"), value, what);
        }
        response.path("headers")
                .fieldNames()
                .forEachRemaining(header ->
                        assertFalse(header(answer, header).isEmpty(), what + " has no " + header + ": " + answer));
    }

    private static String header(RawClient.Answer answer, String name) {
        String value = answer.headers().get(name.toLowerCase(Locale.ROOT));
        return value == null ? "" : value;
    }

    private static JsonNode operation(String template, String method) {
        JsonNode path = PAGE.at("/paths").path(template);
        return path.path(method.toLowerCase(Locale.ROOT));
    }

    private static Set<String> methods(JsonNode path) {
        Set<String> methods = new TreeSet<>();
        for (String method : List.of("get", "post", "options")) {
            if (path.has(method)) {
                methods.add(method.toUpperCase(Locale.ROOT));
            }
        }
        if (path.has("get")) {
            methods.add("HEAD");
        }
        return methods;
    }

    private static Set<String> words(String allow) {
        return new TreeSet<>(Arrays.asList(allow.split(", ", -1)));
    }

    private static Map<String, Set<String>> described() {
        Map<String, Set<String>> described = new TreeMap<>();
        PAGE.at("/paths").properties().forEach(path -> described.put(path.getKey(), methods(path.getValue())));
        return described;
    }

    // --- tests ---

    @Test
    void thePathsAndMethodsAreTheServersBothWays() {
        Map<String, Set<String>> described = described();
        try (TestServer server = TestServer.start()) {
            Map<String, Set<String>> served = new TreeMap<>();
            server.served().forEach((path, allow) -> served.put(path, words(allow)));
            assertEquals(served, described);
        }
    }

    @Test
    void everyAnswerIsAsDescribedAndEveryDescribedOneIsGiven() throws Exception {
        try (FakeCloud cloud = new FakeCloud()) {
            whatWorks(cloud);
            whatIsRefusedToStrangers(cloud);
            whatIsNotConfigured();
            whatIsLimited(cloud);
        }
        Set<String> described = new TreeSet<>();
        described()
                .forEach((path, methods) -> methods.stream()
                        .filter(method -> !method.equals("HEAD"))
                        .forEach(method -> operation(path, method)
                                .path("responses")
                                .fieldNames()
                                .forEachRemaining(status -> described.add(method + " " + path + " " + status))));
        described.removeAll(seen);
        assertEquals(NOT_PROVOKED, described, "described, and never given");
    }

    private static TestServer.Settings withCloud(FakeCloud cloud) {
        String token = "{\"apiKey\":\"sk_live_x\",\"appId\":\"fakeapp01\",\"regions\":[\"sea1\"]}";
        return TestServer.with("UPLOADTHING_TOKEN", Base64.getEncoder().encodeToString(token.getBytes(UTF_8)))
                .with("UPLOADTHING_API_URL", cloud.uri())
                .with("UPLOADTHING_INGEST_URL", cloud.uri())
                .with("CLOUDFLARE_TURN_TOKEN_ID", "id")
                .with("CLOUDFLARE_API_TOKEN", "turn")
                .with("CLOUDFLARE_API_URL", cloud.uri())
                .with("RECAPTCHA_SECRET_KEY", "captcha")
                .with("RECAPTCHA_VERIFY_URL", cloud.uri() + "/siteverify")
                .with("CONTACT_EMAIL", "me@example.com")
                .with("LOG_ACCESS_KEY", "key")
                .with("METRICS_ACCESS_KEY", "key");
    }

    private void whatWorks(FakeCloud cloud) {
        try (TestServer server = withCloud(cloud).start()) {
            for (String path : List.of(
                    "/",
                    "/keep-alive",
                    "/livez",
                    "/readyz",
                    "/stats",
                    "/favicon.ico",
                    "/check",
                    "/check.css",
                    "/check.js",
                    "/check/probes.js",
                    "/api/status",
                    "/api/whoami",
                    TURN,
                    UPLOADS)) {
                assertEquals(200, get(server, path).status());
            }
            assertEquals(200, ask(server, "GET", "/logs", "/logs?key=key", "").status());
            assertEquals(
                    200, get(server, "/metrics", "Authorization: Bearer key").status());
            handshake(server, "Sec-WebSocket-Version: 13", "dGhlIHNhbXBsZSBub25jZQ==", 101);
            handshake(server, "Sec-WebSocket-Version: 8", "dGhlIHNhbXBsZSBub25jZQ==", 426);
            handshake(server, "Sec-WebSocket-Version: 13", "short", 400);
            assertEquals(200, ask(server, "POST", TURN, TURN, "").status());
            String wanted = "{\"files\":[{\"name\":\"a.pptx\",\"size\":1,\"type\":"
                    + "\"application/vnd.openxmlformats-officedocument.presentationml.presentation\"}]}";
            assertEquals(
                    200, ask(server, "POST", UPLOADS, UPLOADS + LINKS, wanted).status());
            assertEquals(
                    400, ask(server, "POST", UPLOADS, UPLOADS + LINKS, "{}").status());
            assertEquals(400, ask(server, "POST", UPLOADS, UPLOADS + LINKS, "{").status());
            assertEquals(
                    404,
                    ask(server, "POST", UPLOADS, UPLOADS + "?slug=nope&actionType=upload", wanted)
                            .status());
            assertEquals(
                    413, ask(server, "POST", UPLOADS, UPLOADS + LINKS, HUGE).status());
            assertEquals(
                    200, ask(server, "POST", EMAIL, EMAIL, "{\"token\":\"t\"}").status());
            assertEquals(400, ask(server, "POST", EMAIL, EMAIL, "{").status());
            assertEquals(400, ask(server, "POST", EMAIL, EMAIL, "{}").status());
            assertEquals(413, ask(server, "POST", EMAIL, EMAIL, HUGE).status());
            cloud.reply("siteverify", FakeCloud.json(200, "{\"success\":false}"), FakeCloud.json(200, "junk"));
            assertEquals(
                    400, ask(server, "POST", EMAIL, EMAIL, "{\"token\":\"t\"}").status());
            assertEquals(
                    502, ask(server, "POST", EMAIL, EMAIL, "{\"token\":\"t\"}").status());
            rooms(server);
            described().forEach((path, methods) -> {
                if (methods.contains("OPTIONS")) {
                    String target = path.replace("{code}", "ABC234").replace("{id}", "x");
                    String[] headers = {
                        "Origin: https://dropsilk.xyz",
                        "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: content-type"
                    };
                    assertEquals(
                            204,
                            ask(server, "OPTIONS", path, target, "", headers).status());
                }
            });
        }
    }

    private void handshake(TestServer server, String version, String key, int status, String... headers) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Key: " + key + "\r\n" + version + "\r\n"
                    + Stream.of(headers).map(header -> header + "\r\n").reduce("", String::concat) + "\r\n");
            RawClient.Answer answer = client.readAnswer(status != 101);
            assertEquals(status, answer.status());
            hold("GET", "/", answer);
        }
    }

    private void rooms(TestServer server) {
        String name = "{\"name\":\"Ada\"}";
        RawClient.Answer created = ask(server, "POST", ROOMS, ROOMS, name);
        assertEquals(201, created.status());
        String code = WebClient.json(created.body()).path("roomCode").asText();
        String host = WebClient.json(created.body()).at("/self/participantId").asText();
        String room = ROOMS + "/" + code;
        assertEquals(400, ask(server, "POST", ROOMS, ROOMS, "{}").status());
        assertEquals(413, ask(server, "POST", ROOMS, ROOMS, HUGE).status());
        RawClient.Answer joined = ask(server, "POST", JOIN, room + "/join", name);
        assertEquals(200, joined.status());
        String guest = WebClient.json(joined.body()).at("/self/participantId").asText();
        assertEquals(400, ask(server, "POST", JOIN, room + "/join", name).status(), "full");
        assertEquals(
                400, ask(server, "POST", JOIN, ROOMS + "/AAAAAA/join", name).status(), "unknown");
        assertEquals(400, ask(server, "POST", JOIN, room + "/join", "{").status(), "no JSON");
        assertEquals(413, ask(server, "POST", JOIN, room + "/join", HUGE).status());
        assertEquals(
                200,
                ask(server, "GET", ROOM, room + "?participantId=" + host, "").status());
        assertEquals(
                404, ask(server, "GET", ROOM, room + "?participantId=x", "").status());
        assertEquals(400, ask(server, "GET", ROOM, room, "").status());
        change(server, READY, code, host, "{\"fileCount\":1,\"totalBytes\":2}", "{\"fileCount\":-1}");
        change(server, CHAT, code, host, "{\"active\":true}", "{\"active\":1}");
        change(server, SHARE, code, host, "{\"active\":true}", "{\"active\":1}");
        String share = SHARE.replace("{code}", code).replace("{id}", guest);
        RawClient.Answer taken = ask(server, "POST", SHARE, share, "{\"active\":true}");
        assertTrue(taken.body().contains("Peer is already screen sharing"), taken.body());
    }

    private void change(TestServer server, String template, String code, String id, String good, String bad) {
        String target = template.replace("{code}", code).replace("{id}", id);
        assertEquals(200, ask(server, "POST", template, target, good).status());
        assertEquals(400, ask(server, "POST", template, target, bad).status());
        assertEquals(413, ask(server, "POST", template, target, HUGE).status());
        String nobody = template.replace("{code}", code).replace("{id}", "x");
        assertEquals(404, ask(server, "POST", template, nobody, good).status());
    }

    private void whatIsRefusedToStrangers(FakeCloud cloud) {
        String[] stranger = {"Origin: https://evil.example"};
        try (TestServer server = withCloud(cloud).with("NODE_ENV", "production").start()) {
            described().forEach((path, methods) -> {
                if (methods.contains("OPTIONS")) {
                    String target = path.replace("{code}", "ABC234").replace("{id}", "x");
                    methods.stream()
                            .filter(method -> !method.equals("HEAD"))
                            .forEach(method -> assertEquals(
                                    403,
                                    ask(server, method, path, target, "", stranger)
                                            .status()));
                }
            });
            assertEquals(403, get(server, "/logs").status());
            assertEquals(403, get(server, "/metrics").status());
            handshake(server, "Sec-WebSocket-Version: 13", "dGhlIHNhbXBsZSBub25jZQ==", 403, stranger);
        }
    }

    private void whatIsNotConfigured() {
        try (TestServer server = TestServer.start()) {
            assertEquals(501, get(server, TURN).status());
            assertEquals(501, ask(server, "POST", TURN, TURN, "").status());
            assertEquals(500, ask(server, "POST", EMAIL, EMAIL, "{}").status());
            String wanted = "{\"files\":[{\"name\":\"a.pptx\",\"size\":1,\"type\":"
                    + "\"application/vnd.openxmlformats-officedocument.presentationml.presentation\"}]}";
            assertEquals(
                    500, ask(server, "POST", UPLOADS, UPLOADS + LINKS, wanted).status());
        }
    }

    private void whatIsLimited(FakeCloud cloud) {
        cloud.reply("generate-ice-servers", FakeCloud.json(500, ""));
        try (TestServer server = withCloud(cloud)
                .with("API_RATE_PER_MINUTE", 2)
                .with("ROOMS_PER_MINUTE", 1)
                .with("MAX_ROOMS", 1)
                .with("JOIN_FAILURES_PER_MINUTE", 1)
                .with("MAX_CONNECTIONS", 2)
                .with("MAX_CONNECTIONS_PER_NETWORK", 1)
                .start()) {
            assertEquals(502, get(server, TURN).status());
            assertEquals(502, ask(server, "POST", TURN, TURN, "").status());
            assertEquals(429, get(server, TURN).status());
            assertEquals(429, ask(server, "POST", TURN, TURN, "").status());
            ask(server, "POST", EMAIL, EMAIL, "{}");
            assertEquals(429, ask(server, "POST", EMAIL, EMAIL, "{}").status());
            ask(server, "POST", UPLOADS, UPLOADS + LINKS, "{}");
            assertEquals(
                    429, ask(server, "POST", UPLOADS, UPLOADS + LINKS, "{}").status());
            ask(server, "POST", ROOMS, ROOMS, "{\"name\":\"Ada\"}");
            assertEquals(
                    429, ask(server, "POST", ROOMS, ROOMS, "{\"name\":\"Ada\"}").status());
            assertEquals(
                    503,
                    ask(server, "POST", ROOMS, ROOMS, "{\"name\":\"Ada\"}", "X-Forwarded-For: 203.0.113.5")
                            .status());
            String join = ROOMS + "/AAAAAA/join";
            ask(server, "POST", JOIN, join, "{\"name\":\"Ada\"}");
            assertEquals(
                    429, ask(server, "POST", JOIN, join, "{\"name\":\"Ada\"}").status());
            try (RawClient one = RawClient.webSocket(server.port());
                    RawClient other = RawClient.webSocket(server.port(), "X-Forwarded-For: 203.0.113.6")) {
                String version = "Sec-WebSocket-Version: 13";
                String key = "dGhlIHNhbXBsZSBub25jZQ==";
                handshake(server, version, key, 503, "X-Forwarded-For: 203.0.113.7");
                other.reset();
                assertFalse(one.readText().isEmpty());
                Await.until(
                        "a free place",
                        () -> server.stats().path("activeConnections").asInt() == 1);
                handshake(server, version, key, 429);
            }
        }
    }
}

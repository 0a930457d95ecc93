package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;

/** The check page (the contract, 8) as HTTP serves it, and whom it lets in. What it does in a browser, {@code bench/browser/check} shows. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CheckPageIT {
    private static final int MOST_BYTES = 60 * 1_024;
    private static final Map<String, String> TYPES = Map.of(
            "/check", "text/html; charset=utf-8",
            "/check.css", "text/css; charset=utf-8",
            "/check.js", "text/javascript; charset=utf-8",
            "/check/probes.js", "text/javascript; charset=utf-8");

    private static TestServer development;

    @BeforeAll
    static void start() {
        development = TestServer.start();
    }

    @AfterAll
    static void stop() {
        development.close();
    }

    private static Answer ask(TestServer server, String method, String path, String... fields) {
        try (RawClient client = RawClient.connect(server.port())) {
            String all = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + all + "\r\n");
            return client.readAnswer(!method.equals("HEAD"));
        }
    }

    private static String text(String path) {
        return ask(development, "GET", path).body();
    }

    // --- what is served ---

    @Test
    void eachPartHasItsTypeAndTheStrictPolicy() {
        TYPES.forEach((path, type) -> {
            Answer answer = ask(development, "GET", path);
            assertEquals(200, answer.status(), path);
            assertEquals(type, answer.header("Content-Type"));
            assertEquals("nosniff", answer.header("X-Content-Type-Options"));
            assertEquals("no-cache", answer.header("Cache-Control"));
            assertEquals("same-origin", answer.header("Referrer-Policy"));
            List<String> policy =
                    List.of(answer.header("Content-Security-Policy").split("; ", -1));
            assertTrue(
                    policy.containsAll(List.of(
                            "default-src 'none'",
                            "script-src 'self'",
                            "style-src 'self'",
                            "connect-src 'self'",
                            "frame-ancestors 'none'",
                            "base-uri 'none'",
                            "form-action 'none'")),
                    policy::toString);
            assertFalse(policy.toString().contains("unsafe"), policy::toString);
        });
    }

    @Test
    void headSaysTheSameWithoutTheBody() {
        for (String path : TYPES.keySet()) {
            Answer head = ask(development, "HEAD", path);
            assertEquals(200, head.status());
            assertEquals("", head.body());
            assertEquals(ask(development, "GET", path).header("Content-Length"), head.header("Content-Length"));
            Answer wrong = ask(development, "POST", path, "Content-Length: 0");
            assertEquals(405, wrong.status());
            assertEquals("GET, HEAD", wrong.header("Allow"));
        }
    }

    @Test
    void pathsAreExactAndAQueryDoesNotMatter() {
        assertEquals(404, ask(development, "GET", "/check/").status());
        assertEquals(404, ask(development, "GET", "/check.html").status());
        assertEquals(200, ask(development, "GET", "/check?x=1").status());
    }

    @Test
    void itIsSmallAndHasNothingFromElsewhereAndNothingInline() {
        int bytes = 0;
        for (String path : TYPES.keySet()) {
            String text = text(path);
            bytes += text.length();
            assertFalse(text.contains("https://") || text.contains("innerHTML"), path);
        }
        assertTrue(bytes <= MOST_BYTES, () -> "the pages are too large");
        String html = text("/check");
        assertFalse(html.matches("(?s).*(<style|style=|<script(?! type=\"module\" src=)| on[a-z]+=).*"), html);
        for (MatchResult reference : matches("(?:src|href)=\"([^\"]*)\"", html)) {
            assertEquals(200, ask(development, "GET", reference.group(1)).status(), reference.group(1));
        }
    }

    @Test
    void itIsForEverybodysEyesAndEars() {
        String html = text("/check");
        for (String part : List.of(
                "<html lang=\"en\">",
                "name=\"viewport\"",
                "role=\"status\"",
                "<main>",
                "<ol id=\"lines\" role=\"list\">",
                "<button id=\"again\" type=\"button\"")) {
            assertTrue(html.contains(part), part);
        }
        String style = text("/check.css");
        assertTrue(style.contains("prefers-color-scheme: dark") && style.contains("prefers-reduced-motion"));
    }

    /** A text that names a setting which is gone leads nowhere. */
    @Test
    void everySettingThatItNamesExists() throws Exception {
        String example = Files.readString(Path.of(".env.example"));
        TreeSet<String> named = matches("`([A-Z]+(?:_[A-Z]+)+)", text("/check.js")).stream()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(named.containsAll(List.of("TRUSTED_PROXIES", "CLIENT_IP_HEADER", "PUBLIC_SERVER_URL", "TURN_URLS")));
        named.forEach(name -> assertTrue(example.contains("\n" + name + "="), name));
    }

    private static List<MatchResult> matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().toList();
    }

    // --- while it is off ---

    @Test
    void inProductionItIsOffUnlessAskedFor() {
        try (TestServer server = TestServer.with("NODE_ENV", "production").start()) {
            assertOff(server);
        }
    }

    @Test
    void elsewhereItCanBeSwitchedOff() {
        try (TestServer server = TestServer.with("CHECK_PAGE", "false").start()) {
            assertOff(server);
            assertEquals(200, ask(server, "GET", "/api/whoami").status(), "which is no part of the page");
        }
    }

    private static void assertOff(TestServer server) {
        for (String path : TYPES.keySet()) {
            Answer answer = ask(server, "GET", path);
            assertEquals(404, answer.status());
            assertEquals("Not Found", answer.body());
            assertFalse(answer.headers().containsKey("content-security-policy"));
        }
        for (String host : List.of("localhost", "127.0.0.1", "[::1]")) {
            assertEquals(403, upgrade(server, "http://" + host + ":" + server.port()));
        }
        assertFalse(server.awaitEvent("system:startup", event -> true)
                .path("checkPage")
                .asBoolean(true));
    }

    // --- its origin ---

    private static int upgrade(TestServer server, String origin) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(RawClient.handshake("/?discoverable=false", "Origin: " + origin));
            return client.readAnswer().status();
        }
    }

    @Test
    void outsideProductionTheServersOwnPortOnThisMachineIsLetIn() {
        for (String host : List.of("localhost", "127.0.0.1", "[::1]", "LOCALHOST")) {
            String origin = "http://" + host + ":" + development.port();
            assertEquals(101, upgrade(development, origin), origin);
            Answer answer = ask(development, "GET", "/api/turn-credentials", "Origin: " + origin);
            assertEquals(501, answer.status());
            assertEquals(origin, answer.header("Access-Control-Allow-Origin"));
        }
        for (String other : List.of(
                "http://localhost:" + (development.port() ^ 1),
                "https://localhost:" + development.port(),
                "http://localhost",
                "http://evil.example:" + development.port())) {
            assertEquals(403, upgrade(development, other), other);
        }
    }

    @Test
    void inProductionItsPublicOriginAloneIsLetInWhileItIsOn() {
        TestServer.Settings production = TestServer.with("NODE_ENV", "production")
                .with("PUBLIC_SERVER_URL", "https://API.example.com:443/silk/")
                .with("CHECK_PAGE", "true");
        try (TestServer server = production.start()) {
            assertEquals(200, ask(server, "GET", "/check").status());
            assertEquals(101, upgrade(server, "https://api.example.com"));
            assertEquals(403, upgrade(server, "http://localhost:" + server.port()));
            assertEquals(403, upgrade(server, "http://api.example.com"));
            String length = "Content-Length: 0";
            assertEquals(
                    501,
                    ask(server, "POST", "/api/turn-credentials", length, "Origin: https://api.example.com")
                            .status());
            assertEquals(
                    403,
                    ask(server, "POST", "/api/turn-credentials", length, "Origin: https://evil.example")
                            .status());
            assertTrue(server.awaitEvent("system:startup", event -> true)
                    .path("checkPage")
                    .asBoolean());
        }
        try (TestServer server = production.with("CHECK_PAGE", "").start()) {
            assertEquals(403, upgrade(server, "https://api.example.com"));
        }
    }
}

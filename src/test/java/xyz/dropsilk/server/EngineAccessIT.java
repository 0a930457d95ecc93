package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.Certificate;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.JarProcess;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.Redis;
import xyz.dropsilk.server.testing.WebClient;

/** What an engine demands and refuses, and what operators are told of it: its user's rights, its certificate, its memory. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineAccessIT {
    private static final String NETWORK = "203.0.113.77";
    private static final String PASSWORD = "hush-hush";

    private static TestServer server(String url) {
        return TestServer.with("REDIS_URL", url).start();
    }

    private static void awaitConnected(TestServer... servers) {
        Await.until("all are connected", () -> List.of(servers).stream().allMatch(TestServer::isShared));
    }

    private static WebClient at(TestServer server) {
        return WebClient.from(NETWORK, server.port());
    }

    /** A flight, however long a busy machine takes for it; its code. */
    private static String pair(WebClient host, WebClient guest) {
        String code = host.createFlight();
        guest.awaitSeat(code);
        host.expect("peer-joined");
        return code;
    }

    private static RawClient.Answer ask(TestServer server, String method, String path, String body) {
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: " + NETWORK
                    + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            return client.readAnswer();
        }
    }

    // --- rights ---

    /** The line of the operations page. */
    private static String userLine() throws IOException {
        Matcher line =
                Pattern.compile("`(ACL SETUSER [^`]*)`").matcher(Files.readString(Path.of("docs", "OPERATIONS.md")));
        assertTrue(line.find());
        return line.group(1).replace("PASSWORD", PASSWORD);
    }

    private static String url(Redis redis) {
        return "redis://dropsilk:" + PASSWORD + "@127.0.0.1:" + redis.port();
    }

    @Test
    void theUserOfTheOperationsPageHasAllRightsThatInstancesUse() throws IOException {
        try (Redis redis = new Redis()) {
            assertEquals("+OK", redis.command(userLine()));
            try (TestServer one = server(url(redis));
                    TestServer other = server(url(redis))) {
                awaitConnected(one, other);
                try (WebClient host = at(one);
                        WebClient guest = at(other)) {
                    host.expectList(guest);
                    pair(host, guest);
                    guest.signal("1");
                    assertEquals(1, host.expect("signal").path("data").asInt());
                    guest.leave();
                    host.expect("peer-left");
                }
                RawClient.Answer created = ask(one, "POST", "/api/rooms", "{\"name\":\"Ann\"}");
                assertEquals(201, created.status(), created::body);
                String room = WebClient.json(created.body()).path("roomCode").asText();
                RawClient.Answer joined = ask(other, "POST", "/api/rooms/" + room + "/join", "{\"name\":\"Bo\"}");
                assertEquals(200, joined.status(), joined::body);
                assertEquals("*0", redis.command("ACL LOG"), "nothing was denied");
                for (String none : List.of("bus:error", "config:warning")) {
                    assertEquals(List.of(), one.events(none));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"~{dropsilk}:*", "&{dropsilk}:*", "+@read", "+@write", "+@scripting", "+@pubsub"})
    void aUserWithoutOneOfThemIsToldOf(String right) throws IOException {
        try (Redis redis = new Redis()) {
            String line = userLine();
            assertTrue(line.contains(" " + right));
            assertEquals("+OK", redis.command(line.replace(" " + right, "")));
            try (TestServer one = server(url(redis))) {
                JsonNode away = one.awaitEvent(
                        "bus:away", event -> event.path("reason").asText().startsWith("the user lacks a right"));
                assertTrue(away.path("reason").asText().contains("docs/OPERATIONS.md"), away::toString);
                assertFalse(one.isShared());
                assertFalse(one.log().toString().contains(PASSWORD));
                assertEquals(List.of(), one.events("bus:back"));
            }
        }
    }

    // --- TLS ---

    private static String url(CuttableLink link) {
        return "rediss://127.0.0.1:" + link.port();
    }

    private static boolean says(JarProcess jar, String word) {
        return jar.out().stream().anyMatch(line -> line.contains("bus:away") && line.contains(word));
    }

    @Test
    void anEngineBehindTlsIsJoinedWhereItsCertificateIsTrustedAndNamesIt(@TempDir Path directory) {
        Certificate right = new Certificate(directory, "ip:127.0.0.1");
        Certificate anothers = new Certificate(directory, "dns:engine.example.org");
        try (Redis redis = new Redis();
                CuttableLink link = redis.tlsLink(right);
                CuttableLink wrong = redis.tlsLink(anothers);
                TestServer plain = server(redis.url())) {
            try (JarProcess refusing = trusting(anothers, wrong)) {
                assertTrue(refusing.port() > 0);
                Await.until("the other name is refused", () -> says(refusing, "another host's"));
            }
            try (JarProcess joining = trusting(right, link);
                    WebClient host = WebClient.from(NETWORK, joining.port());
                    WebClient guest = at(plain)) {
                host.expectList(guest);
                pair(host, guest);
                assertFalse(says(joining, "certificate"));
            }
        }
    }

    private static JarProcess trusting(Certificate certificate, CuttableLink link) {
        return JarProcess.jar()
                .with("_JAVA_OPTIONS", certificate.trusted())
                .with("REDIS_URL", url(link))
                .start();
    }

    @Test
    void aCertificateThatNobodyTrustsAndNoTlsAtAllAreToldWithTheCure(@TempDir Path directory) {
        try (Redis redis = new Redis();
                CuttableLink link = redis.tlsLink(new Certificate(directory, "ip:127.0.0.1"))) {
            try (TestServer trusting = server(url(link))) {
                assertReason(trusting, "signed by nobody whom Java trusts", "javax.net.ssl.trustStore");
            }
            try (TestServer mistaken = server("rediss://127.0.0.1:" + redis.port())) {
                assertReason(mistaken, "only one side speaks TLS");
            }
        }
    }

    private static void assertReason(TestServer server, String... parts) {
        server.awaitEvent( // a busy machine may have been too slow for the first attempts
                "bus:away",
                event -> List.of(parts).stream()
                        .allMatch(part -> event.path("reason").asText().contains(part)));
    }

    // --- memory ---

    /** As if it were away: what is on one instance goes on, what is for others waits, and nobody is told that somebody left. */
    @Test
    void anEngineThatIsFullEndsNothingAndIsUsedAgainByItself() {
        try (Redis redis = new Redis();
                TestServer one = server(redis.url());
                TestServer other = server(redis.url())) {
            awaitConnected(one, other);
            try (WebClient host = at(one);
                    WebClient guest = at(other);
                    WebClient alone = at(one);
                    WebClient here = at(one);
                    WebClient there = at(other)) {
                pair(host, guest);
                assertEquals("+OK", redis.command("CONFIG SET maxmemory 1"));
                guest.signal("1"); // which finds out
                assertReason(other, "it is out of memory");
                assertReason(one, "it is out of memory");
                assertEquals(
                        "away",
                        WebClient.json(ask(one, "GET", "/readyz", "").body())
                                .path("bus")
                                .asText());
                String code = alone.createFlight();
                here.join(code).expect("peer-joined");
                alone.expect("peer-joined");
                there.join(code).expectError("Flight not found or full", "flight_not_found");
                assertEquals(0, other.refused("wrong_code"));
                assertEquals(
                        201,
                        ask(one, "POST", "/api/rooms", "{\"name\":\"Ann\"}").status());
                guest.signal("2");
                assertEquals("+OK", redis.command("CONFIG SET maxmemory 0"));
                one.awaitEvent("bus:back", event -> true);
                JsonNode back = other.awaitEvent("bus:back", event -> true);
                assertEquals(0, back.path("undelivered").asInt());
                assertEquals(1, host.expect("signal").path("data").asInt());
                assertEquals(2, host.expect("signal").path("data").asInt());
                here.leave();
                alone.expect("peer-left");
                there.awaitSeat(code);
                alone.expect("peer-joined");
                host.expectNothing();
                guest.expectNothing();
                assertEquals(0, one.stats().at("/bus/undelivered").asInt());
            }
        }
    }
}

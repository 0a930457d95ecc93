package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.RawClient.Answer;
import xyz.dropsilk.server.testing.WebClient;

/** {@code /api/whoami}: what the server takes a caller for, and why (the contract, 8). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WhoAmIIT {
    private static Answer ask(TestServer server, String method, String... fields) {
        try (RawClient client = RawClient.connect(server.port())) {
            String all = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
            client.send(method + " /api/whoami HTTP/1.1\r\nHost: a\r\n" + all + "\r\n");
            return method.equals("HEAD") ? client.readAnswer(/* withBody= */ false) : client.readAnswer();
        }
    }

    private static JsonNode whoAmI(TestServer server, String... fields) {
        Answer answer = ask(server, "GET", fields);
        assertEquals(200, answer.status());
        assertEquals("application/json", answer.header("Content-Type"));
        assertEquals("no-store", answer.header("Cache-Control"));
        return WebClient.json(answer.body());
    }

    @Test
    void withoutAProxyItIsTheSocketsAddress() {
        try (TestServer server = TestServer.start()) {
            assertEquals(
                    "{\"address\":\"127.0.0.1\",\"network\":\"loopback\",\"source\":\"socket\","
                            + "\"trustedProxies\":[],\"othersInNetwork\":0}",
                    ask(server, "GET").body());
        }
    }

    @Test
    void behindTrustedProxiesItSaysWhichWerePassed() {
        try (TestServer server = TestServer.start()) {
            assertEquals(
                    "{\"address\":\"2001:db8:1:2::7\",\"network\":\"2001:db8:1:2::/64\",\"source\":\"x-forwarded-for\","
                            + "\"trustedProxies\":[\"127.0.0.1\",\"10.0.0.3\"],\"othersInNetwork\":0}",
                    ask(server, "GET", "X-Forwarded-For: 1.2.3.4, 2001:DB8:1:2::7, 10.0.0.3")
                            .body());
        }
    }

    @Test
    void theHeaderOfClientIpHeaderIsNamedAsItIsThere() {
        try (TestServer server =
                TestServer.with("CLIENT_IP_HEADER", "CF-Connecting-IP").start()) {
            JsonNode me = whoAmI(server, "cf-connecting-ip: 203.0.113.7", "X-Forwarded-For: 9.9.9.9");
            assertEquals("203.0.113.7", me.path("address").asText());
            assertEquals("CF-Connecting-IP", me.path("source").asText());
            assertEquals("[\"127.0.0.1\"]", me.path("trustedProxies").toString());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # trusted    | header            | value         | cure
            127.0.0.0/8  | X-Real-IP         | 203.0.113.7   | set CLIENT_IP_HEADER=X-Real-IP
            127.0.0.0/8  | X-Forwarded-Proto | https         | have it set X-Forwarded-For
            127.0.0.0/8  | X-Forwarded-For   | unknown       | X-Forwarded-For has no address at its end
            127.0.0.0/8  | Forwarded         | for=203.0.113.7 | sends Forwarded, which this server does not read
            127.0.0.0/8  | Origin            | https://dropsilk.xyz | have it set X-Forwarded-For
            192.0.2.0/24 | X-Forwarded-For   | 203.0.113.7   | of 127.0.0.1 have fields that proxies add
            192.0.2.0/24 | X-Real-IP         | 203.0.113.7   | TRUSTED_PROXIES
            """)
    void anAddressThatIsProbablyAProxysComesWithTheCure(String trusted, String header, String value, String cure) {
        try (TestServer server = TestServer.with("TRUSTED_PROXIES", trusted).start()) {
            JsonNode me = whoAmI(server, header + ": " + value);
            assertEquals("127.0.0.1", me.path("address").asText());
            assertTrue(me.path("warning").asText().contains(cure), me::toString);
        }
    }

    @Test
    void cloudflaresWordForSomebodyElseComesWithTheCure() {
        try (TestServer server = TestServer.start()) {
            JsonNode me = whoAmI(server, "X-Forwarded-For: 203.0.113.7, 172.70.0.1", "CF-Connecting-IP: 203.0.113.7");
            assertTrue(me.path("warning").asText().contains("CLIENT_IP_HEADER=CF-Connecting-IP"), me::toString);
        }
    }

    @Test
    void ofOthersItTellsTheNumberThatTheServerListsAndNothingElse() {
        try (TestServer server = TestServer.with("MAX_LISTED_USERS", 2).start();
                WebClient first = WebClient.from("127.0.0.9", server.port())) {
            first.rename("Secretive");
            Await.until("one is listed", () -> others(server) == 1);
            try (RawClient hidden = RawClient.connect(server.port());
                    WebClient second = WebClient.from("127.0.0.9", server.port());
                    WebClient third = WebClient.from("127.0.0.9", server.port())) {
                hidden.send(RawClient.handshake("/?discoverable=false"));
                assertEquals(101, hidden.readAnswer().status());
                first.expectList(second, third);
                assertEquals(2, others(server), "at most as many as a list names");
                assertEquals(
                        0,
                        whoAmI(server, "X-Forwarded-For: 203.0.113.7")
                                .path("othersInNetwork")
                                .asInt());
                String body = ask(server, "GET").body();
                assertFalse(body.contains(first.id()) || body.contains("Secretive"), body);
                hidden.sendText("{\"type\":\"join-flight\",\"flightCode\":\"" + first.createFlight() + "\"}");
                first.expect("peer-joined");
                assertEquals(2, others(server), "who is in a full flight is not listed");
                third.leave();
                Await.until("the other one alone is listed", () -> others(server) == 1);
            }
        }
    }

    private static int others(TestServer server) {
        return whoAmI(server).path("othersInNetwork").asInt();
    }

    @Test
    void inProductionItNeedsNoOriginAndHasNoneThatIsForeign() {
        try (TestServer server = TestServer.with("NODE_ENV", "production").start()) {
            assertEquals(200, ask(server, "GET").status());
            assertEquals(200, ask(server, "GET", "Origin: https://dropsilk.xyz").status());
            assertEquals(403, ask(server, "GET", "Origin: https://evil.example").status());
            assertEquals(
                    204, ask(server, "OPTIONS", "Origin: https://dropsilk.xyz").status());
            assertEquals(
                    403, ask(server, "OPTIONS", "Origin: https://evil.example").status());
            Answer head = ask(server, "HEAD");
            assertEquals(200, head.status());
            assertEquals("", head.body());
            Answer wrong = ask(server, "POST", "Content-Length: 0", "Origin: https://dropsilk.xyz");
            assertEquals(405, wrong.status());
            assertEquals("GET, HEAD, OPTIONS", wrong.header("Allow"));
        }
    }
}

package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** With {@code LOG_ADDRESSES} set otherwise than {@code full} no client's address is in any line, whatever clients do (the contract, 4 and 5). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PrivateLogIT {
    private static final List<String> SECRET =
            List.of("203.0.113.", "198.51.100.", "2001:db8", "127.0.0.1", "0:0:0:0:0:0:0:1", "fe80", "100.64.");

    private static final List<String> HEADERS = List.of(
            "X-Forwarded-For: 203.0.113.7",
            "X-Forwarded-For: 2001:db8::7",
            "X-Forwarded-For: [2001:DB8:0::8]:443",
            "X-Forwarded-For: ::ffff:203.0.113.9");

    private static String get(int port, String path, String... headers) {
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: 203.0.113.7:80\r\n" + String.join("\r\n", headers)
                    + "\r\nConnection: close\r\n\r\n");
            return client.readAnswer().body();
        }
    }

    /** A flight of two with a name that is an address, and what else clients do right and wrong. */
    private static void traffic(int port) {
        try (WebClient host = WebClient.from("203.0.113.7", port);
                WebClient guest = WebClient.from("2001:db8::7", port)) {
            host.rename("198.51.100.20");
            String code = host.createFlight();
            guest.join(code);
            host.expect("peer-joined");
            host.signal("{\"candidate\":\"203.0.113.7 5000\"}");
            guest.expect("peer-joined");
            guest.leave();
            host.expect("peer-left");
        }
        for (String header : HEADERS) {
            try (RawClient client = RawClient.webSocket(port, header)) {
                client.sendText("{\"type\":\"203.0.113.7\"}");
                client.sendText("{\"type\":\"join-flight\",\"flightCode\":\"AAAAAA\"}");
                client.sendText("not json from 2001:db8::7");
                client.send(RawClient.frame(true, 0xB, new byte[0]));
                client.drain();
            }
            get(port, "/api/turn-credentials", header, "Origin: http://203.0.113.7:3000");
            get(port, "/api/rooms", header, "Origin: https://[2001:db8::1]:8443");
            get(port, "/logs?key=2001:db8::1", header);
            get(port, "/nothing/203.0.113.7?from=203.0.113.8", header);
            try (RawClient client = RawClient.connect(port)) {
                client.send("GET http://203.0.113.7:80:80/ HTTP/1.1\r\nHost: 203.0.113.7:::\r\n" + header + "\r\n\r\n");
                client.drain();
            }
            try (RawClient client = RawClient.connect(port)) {
                client.send(RawClient.handshake("/from/203.0.113.7", header));
                client.readAnswer();
            }
        }
        for (int i = 0; i < 5; i++) { // a proxy that names nobody, as far as the server can see
            try (RawClient client = RawClient.webSocket(port, "X-Real-IP: 203.0.113.7", "Via: 1.1 100.64.0.1")) {
                client.sendText("{}");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "pseudonym"})
    void noAddressIsInAnyLine(String mode) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String kept;
        try (TestServer server = TestServer.with("LOG_ADDRESSES", mode)
                .with("LOG_LEVEL", "debug")
                .with("NODE_ENV", "test")
                .with("LOG_ACCESS_KEY", "key")
                .output(out)
                .start()) {
            traffic(server.port());
            LoggerFactory.getLogger("some.library")
                    .warn("lost /203.0.113.7:5123", new IllegalStateException("to [2001:db8:0:0:0:0:0:7]:5123"));
            server.awaitEmpty();
            server.awaitEvent(
                    "system:error", event -> event.path("where").asText().equals("some.library"));
            server.awaitEvent("config:warning", any -> true);
            kept = get(server.port(), "/logs?key=key", HEADERS.get(0));
        }
        String all = out.toString(UTF_8) + kept;
        String folded = all.toLowerCase(Locale.ROOT);
        for (String secret : SECRET) {
            int at = folded.indexOf(secret);
            assertTrue(at < 0, () -> secret + " in " + all.substring(Math.max(0, at - 300), at + 100));
        }
        List<JsonNode> events = out.toString(UTF_8).lines().map(WebClient::json).toList();
        Set<String> names =
                events.stream().map(event -> event.path("message").asText()).collect(Collectors.toSet());
        assertTrue(
                names.containsAll(Set.of(
                        "client:connected",
                        "client:disconnected",
                        "client:error",
                        "client:registered_details",
                        "FLIGHT STORY COMPLETE",
                        "flight:error",
                        "http:error",
                        "system:log_access",
                        "config:warning")),
                names.toString());
        assertEquals(
                Set.of(mode.equals("none") ? "null" : "word"),
                events.stream()
                        .filter(event -> event.path("message").asText().equals("client:connected"))
                        .map(event -> event.path("ip").asText())
                        .map(ip -> ip.matches("[0-9a-z]{10}") ? "word" : ip)
                        .collect(Collectors.toSet()));
        assertFalse(kept.isEmpty());
    }
}

package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.protocol.Problem;
import xyz.dropsilk.server.testing.Description;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.WebClient;

/** {@code docs/asyncapi.yaml} is what the running server says and understands: every message with its fields, every error, both ways. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AsyncApiIT {
    private static final Description PAGE = Description.of("asyncapi.yaml");
    private static final Path SOURCES = Path.of("src", "main", "java", "xyz", "dropsilk", "server");

    private final Set<String> seen = new TreeSet<>();

    private static Set<String> described(String operation) {
        Set<String> names = new TreeSet<>();
        PAGE.at("/operations")
                .path(operation)
                .path("messages")
                .forEach(message -> names.add(message.path("$ref").asText().replaceFirst(".*/", "")));
        return names;
    }

    private static Set<String> found(Stream<Path> files, String pattern) throws IOException {
        Set<String> words = new TreeSet<>();
        for (Path file : files.toList()) {
            Pattern.compile(pattern)
                    .matcher(Files.readString(file))
                    .results()
                    .forEach(word -> words.add(word.group(1)));
        }
        return words;
    }

    private JsonNode held(String message) {
        JsonNode json = WebClient.json(message);
        String type = json.path("type").asText();
        JsonNode described = PAGE.at("/components/messages").path(type);
        assertFalse(described.isMissingNode(), "not described: " + message);
        PAGE.check(described.path("payload"), json, type);
        seen.add(type);
        return json;
    }

    /** Reads until a message of this type, holding all to the page. */
    private JsonNode await(RawClient client, String type) {
        JsonNode message = held(client.readFrame().text());
        while (!message.path("type").asText().equals(type)) {
            message = held(client.readFrame().text());
        }
        return message;
    }

    @Test
    void theMessagesAreTheServersBothWays() throws Exception {
        try (Stream<Path> protocol = Files.list(SOURCES.resolve("protocol"))) {
            assertEquals(found(protocol, "\\\\\"type\\\\\":\\\\\"([a-z-]+)\\\\\""), described("toClients"));
        }
        Path reader = SOURCES.resolve("protocol").resolve("MessageReader.java");
        assertEquals(found(Stream.of(reader), "case \"([a-z-]+)\" ->"), described("fromClients"));
    }

    @Test
    void theErrorsAreTheServersBothWays() {
        Set<String> described = new TreeSet<>();
        for (JsonNode one : PAGE.at("/components/messages/error/payload/oneOf")) {
            JsonNode properties = PAGE.resolved(one).path("properties");
            described.add(properties.at("/code/const").asText() + " "
                    + properties.at("/message/const").asText());
        }
        assertEquals(
                Arrays.stream(Problem.values())
                        .map(problem -> problem.code() + " " + problem.sentence())
                        .collect(Collectors.toCollection(TreeSet::new)),
                described);
        for (Problem problem : Problem.values()) {
            held(problem.message().toString());
        }
    }

    @Test
    void theCloseCodesAreTheServersBothWays() throws Exception {
        Set<String> described = new TreeSet<>();
        PAGE.at("/channels/signaling/x-closeCodes").fieldNames().forEachRemaining(described::add);
        Path codes = SOURCES.resolve("ws").resolve("CloseCode.java");
        assertEquals(found(Stream.of(codes), "[A-Z]\\((1[0-9]{3}),"), described);
    }

    @Test
    void whatClientsMaySayIsUnderstood() {
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.webSocket(server.port())) {
            for (String type : described("fromClients")) {
                JsonNode message = PAGE.at("/components/messages").path(type);
                JsonNode example = message.at("/examples/0/payload");
                PAGE.check(message.path("payload"), example, type);
                client.sendText(example.toString());
            }
            client.send(RawClient.frame(true, RawClient.PING, new byte[0]));
            RawClient.Frame frame = client.readFrame();
            while (frame.opcode() != RawClient.PONG) {
                String code = held(frame.text()).path("code").asText();
                assertFalse(Set.of("unknown_type", "invalid_message").contains(code), frame.text());
                frame = client.readFrame();
            }
        }
    }

    @Test
    void whatTheServerSaysIsAsDescribed() {
        TestServer server = TestServer.start();
        try (server;
                RawClient host = RawClient.webSocket(server.port());
                RawClient guest = RawClient.webSocket(server.port());
                RawClient roomy = RawClient.webSocket(server.port())) {
            await(host, "registered");
            await(roomy, "registered");
            String guestId = await(guest, "registered").path("id").asText();
            while (!await(host, "users-on-network-update").toString().contains(guestId)) {
                // only whom it sees may it invite
            }
            host.sendText("{\"type\":\"register-details\",\"name\":\"Ada\"}");
            host.sendText("{\"type\":\"create-flight\"}");
            String code = await(host, "flight-created").path("flightCode").asText();
            host.sendText("{\"type\":\"invite-to-flight\",\"inviteeId\":\"" + guestId + "\",\"flightCode\":\"" + code
                    + "\"}");
            await(guest, "flight-invitation");
            guest.sendText("{\"type\":\"join-flight\",\"flightCode\":\"" + code + "\"}");
            await(host, "peer-joined");
            await(guest, "peer-joined");
            host.sendText("{\"type\":\"signal\",\"data\":{\"sdp\":\"v=0\"}}");
            await(guest, "signal");
            guest.sendText("{\"type\":\"join-flight\",\"flightCode\":\"" + code + "\"}");
            await(guest, "error");
            guest.sendClose(1000);
            await(host, "peer-left");
            attach(server, roomy);
            server.stop();
            await(host, "server-shutdown");
        }
        assertEquals(described("toClients"), seen, "described, and never said");
    }

    private void attach(TestServer server, RawClient client) {
        String body = "{\"name\":\"Ada\"}";
        try (RawClient http = RawClient.connect(server.port())) {
            http.send("POST /api/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            JsonNode room = WebClient.json(http.readAnswer().body());
            client.sendText("{\"type\":\"attach-room\",\"roomCode\":\""
                    + room.path("roomCode").asText() + "\",\"participantId\":\""
                    + room.at("/self/participantId").asText() + "\"}");
            await(client, "room-attached");
        }
    }
}

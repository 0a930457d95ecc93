package xyz.dropsilk.server.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One DropSilk page: the JDK's WebSocket, whose messages wait in a queue until a test asks for them. Used by one thread. */
public final class WebClient implements AutoCloseable {
    /** How long a message may take. */
    private static final long LIMIT_SECONDS = 15;

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private final WebSocket socket;
    private String id = "";

    /** How a connection ended; code 1006 if it broke. */
    public record Closed(int code, String reason) {}

    private WebClient(int port, String... headers) {
        WebSocket.Builder builder = HTTP.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        socket = builder.buildAsync(URI.create("ws://localhost:" + port + "/"), new Listener())
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** A socket that has been through the handshake, with header names and values. */
    public static WebClient open(int port, String... headers) {
        return new WebClient(port, headers);
    }

    /** A client from {@code address}, as a trusted proxy tells it, that has read its {@code registered}. */
    public static WebClient from(String address, int port) {
        WebClient client = open(port, "X-Forwarded-For", address);
        client.id = client.expect("registered").path("id").asText();
        return client;
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                messages.add(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(new Closed(code, reason));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable cause) {
            closed.complete(new Closed(1006, String.valueOf(cause)));
        }
    }

    /** The id that the server gave. */
    public String id() {
        return id;
    }

    // --- sending ---

    /** Sends a message, whole. */
    public WebClient send(String text) {
        socket.sendText(text, true).orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
        return this;
    }

    /** Sends a message's name and nothing more. */
    public WebClient sendType(String type) {
        return send("{\"type\":\"" + type + "\"}");
    }

    /** Creates a flight; its code. */
    public String createFlight() {
        return sendType("create-flight")
                .expect("flight-created")
                .path("flightCode")
                .asText();
    }

    public WebClient join(String code) {
        return send("{\"type\":\"join-flight\",\"flightCode\":\"" + code + "\"}");
    }

    /**
     * Joins a flight of another instance, however long a busy machine takes for it: after 2 s the answer is that it is not found. Not so often that
     * the server takes it for guessing, and answers nothing any more.
     */
    public void awaitSeat(String code) {
        Await.until("a seat in " + code, Duration.ofMillis(500), () -> {
            String answer = join(code).nextButLists();
            if (answer.contains("rate_limited")) {
                throw new AssertionError(id + ": joined too often: " + answer);
            }
            return answer.contains("peer-joined");
        });
    }

    public WebClient invite(String inviteeId, String code) {
        return send(
                "{\"type\":\"invite-to-flight\",\"inviteeId\":\"" + inviteeId + "\",\"flightCode\":\"" + code + "\"}");
    }

    public WebClient rename(String name) {
        return send(JSON.createObjectNode()
                .put("type", "register-details")
                .put("name", name)
                .toString());
    }

    /** Sends a signal whose data is this JSON. */
    public WebClient signal(String data) {
        return send("{\"type\":\"signal\",\"data\":" + data + "}");
    }

    // --- reading ---

    /** The next message as it came. */
    public String next() {
        try {
            String message = messages.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError(
                        id + ": no message for " + LIMIT_SECONDS + " s; closed: " + closed.getNow(null));
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next message but for lists of users, as it came. */
    public String nextButLists() {
        String message = next();
        while (message.startsWith("{\"type\":\"users-on-network-update\"")) {
            message = next();
        }
        return message;
    }

    /** The next message but for lists of users, which must be of this type. */
    public JsonNode expect(String type) {
        JsonNode message = json(nextButLists());
        assertEquals(type, message.path("type").asText(), message::toString);
        return message;
    }

    /** The next message, which must be an error with this sentence and code. */
    public void expectError(String sentence, String code) {
        assertEquals("{\"type\":\"error\",\"message\":\"" + sentence + "\",\"code\":\"" + code + "\"}", nextButLists());
    }

    /** Reads on until a list names exactly these clients, in any order. */
    public JsonNode expectList(WebClient... others) {
        List<String> wanted =
                List.of(others).stream().map(WebClient::id).sorted().toList();
        while (true) {
            JsonNode message = json(next());
            assertEquals("users-on-network-update", message.path("type").asText(), message::toString);
            if (wanted.equals(message.path("users").findValuesAsText("id").stream()
                    .sorted()
                    .toList())) {
                return message;
            }
        }
    }

    /** Fails if anything but lists of users came before the answer to what is sent now. */
    public void expectNothing() {
        sendType("fence");
        expectError("Unknown message type", "unknown_type");
    }

    /** A message as JSON. */
    public static JsonNode json(String message) {
        try {
            return JSON.readTree(message);
        } catch (JsonProcessingException e) {
            throw new AssertionError(message, e);
        }
    }

    // --- ending ---

    /** How the connection ends, or ended. */
    public Closed awaitClosed() {
        return closed.orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
    }

    public boolean isClosed() {
        return closed.isDone();
    }

    /** Closes and waits for the server's answer. */
    public void leave() {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "")
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
        awaitClosed();
    }

    /** Cuts the connection, without a close frame. */
    public void cut() {
        socket.abort();
    }

    @Override
    public void close() {
        cut();
    }
}

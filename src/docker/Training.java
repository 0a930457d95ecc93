import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the server does in its training run: every kind of request and message, often enough that what is hot shows. The classes that this
 * loads, and what they did, end up in the image's AOT cache. Run with the server's port: {@code java Training.java 8080}.
 */
public final class Training {
    private static final int ROUNDS = 60;
    private static final int SIGNALS = 40;
    private static final Pattern CODE = Pattern.compile("\"flightCode\":\"([^\"]+)\"");
    private static final int POLLS = 40;
    private static final Pattern ROOM_CODE = Pattern.compile("\"roomCode\":\"([^\"]+)\"");
    private static final Pattern PARTICIPANT = Pattern.compile("\"self\":\\{\"participantId\":\"([^\"]+)\"");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private final HttpClient client = HttpClient.newHttpClient();
    private final String address;

    private Training(String port) {
        address = "127.0.0.1:" + port;
    }

    public static void main(String[] arguments) throws Exception {
        Training training = new Training(arguments[0]);
        training.awaitServer();
        for (int round = 0; round < ROUNDS; round++) {
            training.requests();
            training.flight(round);
            training.room(round);
        }
        System.out.println("Trained.");
    }

    private void awaitServer() throws Exception {
        for (int attempt = 0; ; attempt++) {
            try {
                get("/keep-alive");
                return;
            } catch (java.io.IOException e) {
                if (attempt == 300) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    private void requests() throws Exception {
        for (String path : List.of("/", "/keep-alive", "/livez", "/readyz", "/stats", "/favicon.ico", "/logs?key=training", "/api/turn-credentials", "/api/uploadthing", "/nowhere")) {
            get(path);
        }
        send(HttpRequest.newBuilder(uri("/request-email")).POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"t\"}")));
        send(HttpRequest.newBuilder(uri("/api/uploadthing")).method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        send(HttpRequest.newBuilder(uri("/stats")).method("HEAD", HttpRequest.BodyPublishers.noBody()));
    }

    private void get(String path) throws Exception {
        send(HttpRequest.newBuilder(uri(path)));
    }

    private void send(HttpRequest.Builder request) throws Exception {
        client.send(request.header("Origin", "https://dropsilk.xyz").build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private URI uri(String path) {
        return URI.create("http://" + address + path);
    }

    /** Two pages meet in a room, poll, attach and part. */
    private void room(int round) throws Exception {
        String created = post("/api/rooms", "{\"name\":\"Quick Otter " + round + "\"}");
        String code = find(ROOM_CODE, created);
        String host = find(PARTICIPANT, created);
        String guest = find(PARTICIPANT, post("/api/rooms/" + code + "/join", "{\"name\":\"Sly Fox\"}"));
        for (int i = 0; i < POLLS; i++) {
            get("/api/rooms/" + code + "?participantId=" + (i % 2 == 0 ? host : guest));
        }
        post("/api/rooms/" + code + "/participants/" + host + "/ready", "{\"fileCount\":1,\"totalBytes\":1000}");
        post("/api/rooms/" + code + "/participants/" + host + "/chat", "{\"active\":true}");
        post("/api/rooms/" + code + "/participants/" + guest + "/screen-share", "{\"active\":false}");
        post("/api/rooms/WRONGG/join", "{\"name\":\"\"}");
        get("/api/status");
        Client a = new Client();
        Client b = new Client();
        a.say("{\"type\":\"attach-room\",\"roomCode\":\"" + code + "\",\"participantId\":\"" + host + "\"}");
        a.await("room-attached", null);
        b.say("{\"type\":\"attach-room\",\"roomCode\":\"" + code + "\",\"participantId\":\"" + guest + "\"}");
        b.await("peer-joined", CODE);
        a.await("peer-joined", CODE);
        b.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(5, TimeUnit.SECONDS);
        a.await("peer-left", null);
        a.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(5, TimeUnit.SECONDS);
    }

    private String post(String path, String body) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(uri(path))
                                .header("Origin", "https://dropsilk.xyz")
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String find(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("not there: " + text);
        }
        return found.group(1);
    }

    /** Two clients meet, talk and part; a third sees them, is invited, and gets things wrong. */
    private void flight(int round) throws Exception {
        Client host = new Client();
        Client guest = new Client();
        Client other = new Client();
        String otherId = other.await("registered", ID);
        host.say("{\"type\":\"register-details\",\"name\":\"Quick Otter " + round + "\",\"localIp\":\"192.168.1.7\"}");
        guest.say("{\"type\":\"register-details\",\"name\":\"Sly \\u0046ox " + round + "\"}");
        host.say("{\"type\":\"create-flight\"}");
        String code = host.await("flight-created", CODE);
        host.say("{\"type\":\"invite-to-flight\",\"inviteeId\":\"" + otherId + "\",\"flightCode\":\"" + code + "\"}");
        other.await("flight-invitation", CODE);
        guest.say("{\"type\":\"join-flight\",\"flightCode\":\"" + code.toLowerCase(java.util.Locale.ROOT) + "\"}");
        guest.await("peer-joined", CODE);
        host.await("peer-joined", CODE);
        String description = "v=0\\r\\na=candidate:842163049 1 udp 16777 ".repeat(20);
        for (int i = 0; i < SIGNALS; i++) {
            host.say("{\"type\":\"signal\",\"data\":{\"sdp\":{\"type\":\"offer\",\"sdp\":\"" + description + "\"},\"n\":[1,-2.5e3,true,null]}}");
            guest.await("signal", null);
            guest.say("{\"type\":\"signal\",\"data\":{\"candidate\":\"" + i + "\"}}");
            host.await("signal", null);
        }
        other.say("{\"type\":\"join-flight\",\"flightCode\":\"WRONGG\"}");
        other.await("error", null);
        other.say("not json");
        other.await("error", null);
        guest.socket.abort();
        host.await("peer-left", null);
        host.socket.sendPing(java.nio.ByteBuffer.allocate(4)).get(5, TimeUnit.SECONDS);
        host.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(5, TimeUnit.SECONDS);
        other.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(5, TimeUnit.SECONDS);
    }

    /** One WebSocket, and what it has been told. */
    private final class Client implements WebSocket.Listener {
        private final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private final WebSocket socket;

        Client() throws Exception {
            socket = client.newWebSocketBuilder()
                    .header("Origin", "https://dropsilk.xyz")
                    .buildAsync(URI.create("ws://" + address + "/"), this)
                    .get(10, TimeUnit.SECONDS);
        }

        void say(String message) throws Exception {
            socket.sendText(message, true).get(5, TimeUnit.SECONDS);
        }

        /** The next message of {@code type}, or what {@code pattern} finds in it. */
        String await(String type, Pattern pattern) throws Exception {
            while (true) {
                String message = messages.poll(10, TimeUnit.SECONDS);
                if (message == null) {
                    throw new IllegalStateException("no " + type + " came");
                }
                if (message.contains("\"type\":\"" + type + "\"")) {
                    Matcher found = pattern == null ? null : pattern.matcher(message);
                    return found != null && found.find() ? found.group(1) : message;
                }
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            partial.append(text);
            if (last) {
                messages.add(partial.toString());
                partial.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}

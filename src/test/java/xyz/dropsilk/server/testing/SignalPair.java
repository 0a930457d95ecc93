package xyz.dropsilk.server.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Two WebSocket clients in one flight, to see how long a signal takes. */
public final class SignalPair implements AutoCloseable {
    private static final Pattern CODE = Pattern.compile("\"flightCode\":\"([A-Z2-9]{6})\"");

    private final Client host;
    private final Client guest;

    public SignalPair(HttpClient http, int port) throws InterruptedException {
        host = new Client(http, port);
        guest = new Client(http, port);
        host.send("{\"type\":\"create-flight\"}");
        Matcher code = CODE.matcher(host.await("flight-created"));
        if (!code.find()) {
            throw new AssertionError("no code");
        }
        guest.send("{\"type\":\"join-flight\",\"flightCode\":\"" + code.group(1) + "\"}");
        guest.await("peer-joined");
        host.await("peer-joined");
    }

    /** Sends a signal there; how long it took to arrive, in nanoseconds. */
    public long relayNanos() throws InterruptedException {
        long start = System.nanoTime();
        host.send("{\"type\":\"signal\",\"data\":1}");
        guest.await("signal");
        return System.nanoTime() - start;
    }

    @Override
    public void close() {
        host.socket.abort();
        guest.socket.abort();
    }

    private static final class Client implements WebSocket.Listener {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        Client(HttpClient http, int port) {
            socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + port + "/"), this)
                    .join();
        }

        void send(String text) {
            socket.sendText(text, true).join();
        }

        String await(String type) throws InterruptedException {
            while (true) {
                String text = received.poll(10, TimeUnit.SECONDS);
                if (text == null) {
                    throw new AssertionError("no " + type);
                }
                if (text.contains("\"type\":\"" + type + "\"")) {
                    return text;
                }
            }
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            received.add(data.toString()); // a message of ours fits one part
            webSocket.request(1);
            return null;
        }
    }
}

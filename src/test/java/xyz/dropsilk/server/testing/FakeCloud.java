package xyz.dropsilk.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingDeque;
import xyz.dropsilk.server.base.Threads;

/**
 * All third parties in one HTTP server on loopback, which answers as it is told to. Not told anything, it answers well. Replies are scripted
 * by the path's last part; those of a script are used up one by one, the last one stays.
 */
public final class FakeCloud implements AutoCloseable {
    /** Credentials as Cloudflare writes them, with spacing and a number that a careless copy would change. */
    public static final String ICE_SERVERS =
            "[{\"urls\": [\"stun:stun.example:3478\"]},\n {\"urls\":[\"turn:turn.example:3478?transport=udp\"],"
                    + "\"username\":\"u\",\"credential\":\"c\",\"ttl\":1.50}]";

    static {
        // Without it each answer on a connection that is kept waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool(Threads.named("fake-cloud"));
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Map<String, BlockingDeque<Reply>> scripts = new ConcurrentHashMap<>();

    /** A request as it came; the names of {@code headers} in lower case. */
    public record Seen(String method, String path, Map<String, String> headers, String body) {}

    /** What to do with a request. */
    @FunctionalInterface
    public interface Reply {
        void to(HttpExchange exchange, FakeCloud cloud) throws IOException, InterruptedException;
    }

    public FakeCloud() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        reply("route-metadata", json(200, "{\"ok\":true}"));
        reply("callback-result", json(200, "{\"ok\":true}"));
        reply("deleteFiles", deletes());
        reply("generate-ice-servers", json(201, "{\"iceServers\":" + ICE_SERVERS + "}"));
        reply("siteverify", json(200, "{\"success\":true,\"hostname\":\"dropsilk.xyz\"}"));
        server.start();
    }

    /** Where it is, without a slash at the end. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** From now on answers requests for {@code lastPart} with {@code replies}, one after the other. */
    public void reply(String lastPart, Reply... replies) {
        scripts.put(lastPart, new LinkedBlockingDeque<>(Arrays.asList(replies)));
    }

    /** The requests for {@code lastPart} so far. */
    public List<Seen> seen(String lastPart) {
        return seen.stream()
                .filter(request -> request.path.endsWith("/" + lastPart))
                .toList();
    }

    /** An answer in JSON, or what should be. */
    public static Reply json(int status, String body) {
        return (exchange, cloud) -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** Sends elsewhere. */
    public static Reply redirect(URI location) {
        return (exchange, cloud) -> {
            exchange.getResponseHeaders().set("Location", location.toString());
            exchange.sendResponseHeaders(307, -1);
        };
    }

    /** Says nothing until the cloud is closed. */
    public static Reply hang() {
        return (exchange, cloud) -> cloud.closing.await();
    }

    /** Sends the head and the start of a body at once, and then nothing more. */
    public static Reply hangInBody() {
        return (exchange, cloud) -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            cloud.closing.await();
        };
    }

    /** Closes the connection in the middle of the body. */
    public static Reply cutOff() {
        return (exchange, cloud) -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write("{\"ok\":".getBytes(UTF_8));
            exchange.close();
        };
    }

    /** A body without end. */
    public static Reply endless() {
        return (exchange, cloud) -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            byte[] part = new byte[64 * 1024];
            Arrays.fill(part, (byte) ' ');
            while (cloud.closing.getCount() > 0) {
                body.write(part);
            }
        };
    }

    /** Deletes what it is asked to. */
    public static Reply deletes() {
        return (exchange, cloud) -> {
            List<Seen> all = cloud.seen("deleteFiles");
            long keys =
                    all.get(all.size() - 1).body.chars().filter(c -> c == '"').count() / 2 - 1;
            json(200, "{\"success\":true,\"deletedCount\":" + keys + "}").to(exchange, cloud);
        };
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new HashMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            String path = exchange.getRequestURI().toString();
            seen.add(new Seen(exchange.getRequestMethod(), path, headers, body));
            BlockingDeque<Reply> script = scripts.get(path.substring(path.lastIndexOf('/') + 1));
            if (script == null) {
                json(404, "{}").to(exchange, this);
            } else {
                Reply reply = script.size() > 1 ? script.remove() : script.element();
                reply.to(exchange, this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        executor.shutdownNow();
    }
}

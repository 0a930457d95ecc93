package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.ResponseFields;
import xyz.dropsilk.server.http.Upgrade;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.origin.OriginPolicy;

/**
 * Decides who may become a WebSocket (RFC 6455, 4.2): path, origin, version, key and limits, all before the handshake, each refused in plain
 * HTTP. Safe on any thread.
 */
public final class UpgradeGate implements Upgrade {
    private static final String PATH = "/";
    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;

    /** Of a key in base64, padding included, which Java's decoder does not insist on. */
    private static final int KEY_CHARS = 24;

    /** The constant that proves that a server understood the handshake (1.3). */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** When a client that found the server full should come again: seconds. */
    private static final String RETRY_AFTER = "30";

    /** The same for one that found the server draining: by then another one is reached, or this one's successor. */
    private static final String RETRY_AFTER_DRAIN = "5";

    private final OriginPolicy origins;
    private final SessionContext shared;
    private final ProxyWatch proxies;

    /** A gate for sessions of what they share, {@code shared}; {@code proxies} looks at each handshake. */
    public UpgradeGate(OriginPolicy origins, SessionContext shared, ProxyWatch proxies) {
        this.origins = origins;
        this.shared = shared;
        this.proxies = proxies;
    }

    @Override
    public boolean isAskedFor(Request request) {
        return request.method().equals(HttpMethod.GET)
                && request.fields().names(HttpHeaderNames.UPGRADE, "websocket")
                && request.fields().names(HttpHeaderNames.CONNECTION, "upgrade");
    }

    @Override
    public Outcome decide(Request request, Channel channel) {
        if (!request.path().equals(PATH)) {
            return refuse(
                    handshake(request, "WebSockets are served at " + PATH + " alone"), Response.text(404, "Not Found"));
        }
        String origin = request.header(HttpHeaderNames.ORIGIN);
        if (!origins.admits(origin)) {
            return refuse(origins.refused(request.client(), origin), Response.text(403, "Forbidden"));
        }
        if (!VERSION.equals(single(request, HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return refuse(
                    handshake(request, "Sec-WebSocket-Version is not " + VERSION),
                    Response.text(426, "Upgrade Required")
                            .with("Upgrade", "websocket")
                            .with("Sec-WebSocket-Version", VERSION));
        }
        String key = single(request, HttpHeaderNames.SEC_WEBSOCKET_KEY);
        if (!isKey(key)) {
            return refuse(
                    handshake(request, "Sec-WebSocket-Key is not " + KEY_BYTES + " bytes in base64"),
                    Response.text(400, "Bad Request"));
        }
        proxies.look(request);
        ConnectionLimit.Outcome place = shared.connections().enter(request.network());
        return switch (place) {
            case SERVER_FULL ->
                refuse(
                        new Refused(Refusal.SERVER_FULL, request.client()),
                        Response.text(503, "Service Unavailable").with("Retry-After", RETRY_AFTER));
            case NETWORK_FULL ->
                refuse(
                        new Refused(Refusal.NETWORK_FULL, request.client()),
                        Response.text(429, "Too Many Requests").with("Retry-After", RETRY_AFTER));
            case CLOSED ->
                refuse(
                        new Refused(Refusal.DRAINING, request.client()),
                        Response.text(503, "Service Unavailable").with("Retry-After", RETRY_AFTER_DRAIN));
            case ENTERED ->
                new Outcome(
                        switchingProtocols(String.valueOf(key)),
                        new WebSocketSession(
                                channel, shared, request.client(), request.network(), isDiscoverable(request)));
        };
    }

    private static boolean isDiscoverable(Request request) {
        return !request.query().getOrDefault("discoverable", List.of()).equals(List.of("false"));
    }

    private static ServerEvent handshake(Request request, String why) {
        return new HandshakeRefused(request.client(), why);
    }

    private Outcome refuse(ServerEvent refusal, Response response) {
        shared.events().publish(refusal);
        return new Outcome(response, null);
    }

    /** The value of a field that must not appear more than once (11.3), or null. */
    private static @Nullable String single(Request request, CharSequence name) {
        List<String> values = request.fields().all(name);
        return values.size() == 1 ? values.get(0) : null;
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null
                    && key.length() == KEY_CHARS
                    && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Response switchingProtocols(String key) {
        return new Response(
                101,
                ResponseFields.of(
                        "Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Accept", acceptFor(key)),
                new byte[0]);
    }

    /** The proof of 4.2.2, point 5.4. */
    private static String acceptFor(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}

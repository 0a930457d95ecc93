package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.LogRing;
import xyz.dropsilk.server.event.ServerEvent;

/** {@code GET /logs}: the events still in memory, for whoever has the key. */
public final class LogsEndpoint implements Endpoint {
    private static final String BEARER = "Bearer ";

    private final LogRing ring;
    private final @Nullable Secret key;
    private final EventSink events;

    /** The lines of {@code ring} for those who know {@code key}; for nobody if that is null. */
    public LogsEndpoint(LogRing ring, @Nullable Secret key, EventSink events) {
        this.ring = ring;
        this.key = key;
        this.events = events;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        boolean granted = isGranted(request);
        events.publish(ServerEvent.logAccess(IpAddress.text(request.client()), granted));
        Response response = granted
                ? Response.of(200, "text/plain; charset=utf-8", lines(ring.snapshot()))
                : Response.text(403, "Forbidden");
        return CompletableFuture.completedFuture(response.with("Cache-Control", "no-store"));
    }

    private boolean isGranted(Request request) {
        List<String> inQuery = request.query().getOrDefault("key", List.of());
        String given = inQuery.isEmpty() ? bearer(request.header(HttpHeaderNames.AUTHORIZATION)) : inQuery.get(0);
        return key != null && MessageDigest.isEqual(key.reveal().getBytes(UTF_8), given.getBytes(UTF_8));
    }

    private static String bearer(@Nullable String header) {
        return header != null && header.regionMatches(/* ignoreCase= */ true, 0, BEARER, 0, BEARER.length())
                ? header.substring(BEARER.length())
                : "";
    }

    private static byte[] lines(List<byte[]> lines) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        lines.forEach(body::writeBytes);
        return body.toByteArray();
    }
}

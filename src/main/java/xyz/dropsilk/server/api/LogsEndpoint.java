package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.LogRing;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.PercentEncoding;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;

/** {@code GET /logs}: the events still in memory, for whoever has the key. */
public final class LogsEndpoint implements Endpoint {
    private static final String BEARER = "Bearer ";
    private static final String PARAMETER = "key=";

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
        events.publish(
                granted
                        ? new LogAccess.Granted(request.client(), true)
                        : new LogAccess.Refused(request.client(), false));
        Response response = granted
                ? Response.of(200, "text/plain; charset=utf-8", lines(ring.snapshot()))
                : Response.text(403, "Forbidden");
        return CompletableFuture.completedFuture(response.with("Cache-Control", "no-store"));
    }

    /** A key in the query may be percent-encoded, or pasted as it is: {@code +} and {@code ;} mean themselves in both. */
    private boolean isGranted(Request request) {
        String inQuery = keyIn(request.rawQuery());
        if (inQuery == null) {
            return isKey(bearer(request.header(HttpHeaderNames.AUTHORIZATION)));
        }
        String decoded = PercentEncoding.decode(inQuery);
        boolean isPasted = isKey(inQuery); // each asked whatever the other says, so that the time does not tell
        boolean isEncoded = isKey(decoded == null ? inQuery : decoded);
        return isPasted || isEncoded;
    }

    private boolean isKey(String given) {
        return key != null && MessageDigest.isEqual(key.reveal().getBytes(UTF_8), given.getBytes(UTF_8));
    }

    private static @Nullable String keyIn(String query) {
        for (String parameter : query.split("&", -1)) {
            if (parameter.startsWith(PARAMETER)) {
                return parameter.substring(PARAMETER.length());
            }
        }
        return null;
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

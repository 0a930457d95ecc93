package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.meter.Exposition;

/** {@code GET /metrics}: all meters for Prometheus, for whoever has the key. Written on a thread that may take its time. */
public final class MetricsEndpoint implements Endpoint {
    private static final String BEARER = "Bearer ";
    private static final String RETRY_AFTER = "5";

    private final @Nullable Open open;
    private final EventSink events;

    /**
     * What there is to be seen, and who may.
     *
     * @param key opens it
     * @param exposition writes it
     * @param executor runs that; may refuse
     */
    public record Open(Secret key, Exposition exposition, Executor executor) {}

    /** What {@code open} shows; nothing to anybody if that is null. */
    public MetricsEndpoint(@Nullable Open open, EventSink events) {
        this.open = open;
        this.events = events;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        Open door = open;
        if (door == null || !isKey(door.key(), request.header(HttpHeaderNames.AUTHORIZATION))) {
            events.publish(new Refused(Refusal.METRICS_ACCESS, request.client()));
            return CompletableFuture.completedFuture(unstored(Response.text(403, "Forbidden")));
        }
        try {
            return CompletableFuture.supplyAsync(
                    () -> page(door.exposition().page(request.header(HttpHeaderNames.ACCEPT))), door.executor());
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(
                    unstored(Response.text(503, "Service Unavailable").with("Retry-After", RETRY_AFTER)));
        }
    }

    private static boolean isKey(Secret key, @Nullable String authorization) {
        String given = authorization != null
                        && authorization.regionMatches(/* ignoreCase= */ true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length())
                : "";
        return MessageDigest.isEqual(key.reveal().getBytes(UTF_8), given.getBytes(UTF_8));
    }

    private static Response page(Exposition.Page page) {
        return unstored(Response.of(200, page.contentType(), page.body()));
    }

    private static Response unstored(Response response) {
        return response.with("Cache-Control", "no-store");
    }
}

package xyz.dropsilk.server.api;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;

/**
 * {@code GET /readyz}: whether load balancers should send clients here, and how the parts outside the process are. A part that is away is told and
 * changes nothing else: all instances use the same, and would leave their clients at once. Safe on any thread.
 */
public final class Readiness implements Endpoint {
    private final Map<String, Dependency> parts;
    private volatile Status status = Status.STARTING;

    /** Where the process is in its life. */
    public enum Status {
        /** It listens already, and not all that it consists of has begun. */
        STARTING,
        SERVING,
        /** It was told to stop. */
        DRAINING
    }

    /** Not ready yet; tells of {@code parts}, by name, in their order. */
    public Readiness(Map<String, Dependency> parts) {
        this.parts = parts;
    }

    /** From now on this is the status. */
    public void become(Status next) {
        status = next;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        Status now = status;
        StringBuilder json =
                new StringBuilder("{\"status\":\"").append(now.name().toLowerCase(Locale.ROOT));
        parts.forEach((name, part) -> json.append("\",\"")
                .append(name)
                .append("\":\"")
                .append(part.state().word()));
        json.append("\"}");
        return CompletableFuture.completedFuture(Response.json(now == Status.SERVING ? 200 : 503, json.toString())
                .with("Cache-Control", "no-store"));
    }
}

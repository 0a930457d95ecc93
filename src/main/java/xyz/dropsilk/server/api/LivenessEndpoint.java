package xyz.dropsilk.server.api;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;

/** {@code GET /livez}: 200 while all event loops run. A process of which this is not true is to be ended and started anew. */
public final class LivenessEndpoint implements Endpoint {
    private static final Response ALIVE = Response.text(200, "OK").with("Cache-Control", "no-store");
    private static final Response STUCK =
            Response.text(503, "An event loop does not run").with("Cache-Control", "no-store");

    private final Supplier<CompletionStage<Boolean>> loops;

    /** Asks {@code loops}, whose answer comes in bounded time, whether all run. */
    public LivenessEndpoint(Supplier<CompletionStage<Boolean>> loops) {
        this.loops = loops;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return loops.get().thenApply(allRun -> allRun ? ALIVE : STUCK);
    }
}

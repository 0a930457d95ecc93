package xyz.dropsilk.server.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import xyz.dropsilk.server.http.Response;

/** Takes the handling of requests off the event loops, up to what {@code executor} takes; over that they are answered 503. */
record Workers(Executor executor) {
    private static final Response BUSY =
            Response.json(503, "{\"error\":\"The server is busy.\"}").with("Retry-After", "1");

    /** The answer that {@code handler}, on a worker, comes to. */
    CompletionStage<Response> answer(Supplier<CompletionStage<Response>> handler) {
        try {
            return CompletableFuture.supplyAsync(handler, executor).thenCompose(stage -> stage);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(BUSY);
        }
    }
}

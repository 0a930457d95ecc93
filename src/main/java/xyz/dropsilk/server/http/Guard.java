package xyz.dropsilk.server.http;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What stands around some routes: lets a request in or not, and may add to every answer of theirs. Called on the request's event loop. */
@FunctionalInterface
public interface Guard {
    /** Lets everything in. */
    Guard NONE = (request, allow, inside) -> inside.get();

    /**
     * The answer, its own or that of {@code inside}, which never throws nor completes exceptionally.
     *
     * @param allow the methods of the route, as {@code Allow} names them; empty where nothing is at the path
     * @param inside asks the route: its methods, what it refuses, its endpoint
     */
    CompletionStage<Response> answer(Request request, String allow, Supplier<CompletionStage<Response>> inside);
}

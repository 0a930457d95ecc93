package xyz.dropsilk.server.http;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What answers the requests for one path. Called on the request's event loop, so nothing here may block. */
public interface Endpoint {
    /** The answer, but for {@code Allow}, to a method that is not the route's. */
    default Response wrongMethod() {
        return Response.text(405, "Method Not Allowed");
    }

    /**
     * A refusal that needs no body, or null to go on: too many requests first (429), then not configured (501, 500). It comes behind
     * the guard and before the body is looked at, so that a request refused here costs nothing more. Called once a request: it may take a permit.
     */
    default @Nullable Response refusal(Request request) {
        return null;
    }

    /**
     * The answer. The stage may complete on any thread; completing exceptionally is a fault of ours, answered 500 and logged. It
     * must complete in bounded time.
     */
    CompletionStage<Response> answer(Request request);
}

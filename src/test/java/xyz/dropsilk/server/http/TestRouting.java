package xyz.dropsilk.server.http;

/** What a router answers, for tests of what is routed. */
public final class TestRouting {
    private TestRouting() {}

    /** The answer of {@code router}, which has it at once. */
    public static Response answer(Router router, Request request) {
        return router.route(request).toCompletableFuture().join();
    }
}

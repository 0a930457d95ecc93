package xyz.dropsilk.server.api;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import xyz.dropsilk.server.http.Guard;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;

/** What pages find around all of {@code /api/rooms} (rooms contract, 1): no answer is kept, and a preflight is answered whatever the path. */
final class RoomsGuard implements Guard {
    private static final String PREFLIGHT_METHODS = "GET, POST, OPTIONS";

    private final Guard pages;

    /** One for those whom {@code pages} lets in. */
    RoomsGuard(Pages pages) {
        this.pages = pages.guard();
    }

    @Override
    public CompletionStage<Response> answer(Request request, String allow, Supplier<CompletionStage<Response>> inside) {
        return pages.answer(request, PREFLIGHT_METHODS, inside)
                .thenApply(response -> response.with("Cache-Control", "no-store"));
    }
}

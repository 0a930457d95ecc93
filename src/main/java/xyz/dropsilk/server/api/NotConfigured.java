package xyz.dropsilk.server.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;

/** In the place of an endpoint that this server has no configuration for: refuses all requests, whatever their bodies. */
record NotConfigured(Response refusal) implements Endpoint {
    @Override
    public Response refusal(Request request) {
        return refusal;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return CompletableFuture.completedStage(refusal);
    }
}

package xyz.dropsilk.server.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The same answer for everybody. */
public final class FixedEndpoint implements Endpoint {
    private final CompletionStage<Response> answer;

    /** Always answers {@code response}. */
    public FixedEndpoint(Response response) {
        this.answer = CompletableFuture.completedStage(response);
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return answer;
    }
}

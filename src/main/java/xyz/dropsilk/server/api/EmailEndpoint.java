package xyz.dropsilk.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.service.ContactAddress;

/** {@code /request-email}: the contact address, for those whom reCAPTCHA takes for people. */
public final class EmailEndpoint implements Endpoint {
    private static final Response NOT_CONFIGURED = error(500, "server_not_configured");
    private static final Response INVALID_JSON = error(400, "Invalid JSON");
    private static final Response NO_TOKEN = error(400, "reCAPTCHA token is required");
    private static final Response REFUSED = error(400, "recaptcha_failed");
    private static final Response FAILED = error(502, "internal_error");

    private final @Nullable ContactAddress address;
    private final ApiLimit limit;
    private final Workers workers;

    /** Answers with {@code address}, null where it is not configured, from {@code executor}. */
    public EmailEndpoint(@Nullable ContactAddress address, ApiLimit limit, Executor executor) {
        this.address = address;
        this.limit = limit;
        this.workers = new Workers(executor);
    }

    @Override
    public @Nullable Response refusal(Request request) {
        Response tooMany = limit.refusal(request);
        return tooMany == null && address == null ? NOT_CONFIGURED : tooMany;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return workers.answer(() -> handle(request));
    }

    private CompletionStage<Response> handle(Request request) {
        Optional<JsonNode> json = JsonBody.parse(request.body());
        if (json.isEmpty()) {
            return CompletableFuture.completedFuture(INVALID_JSON);
        }
        String token = json.get().path("token").textValue();
        if (token == null || token.isEmpty()) {
            return CompletableFuture.completedFuture(NO_TOKEN);
        }
        if (address == null) {
            throw new IllegalStateException("refused before");
        }
        return address.reveal(token, request.client())
                .handle((email, failure) -> failure != null
                        ? FAILED
                        : email.map(EmailEndpoint::found).orElse(REFUSED));
    }

    private static Response found(String email) {
        return Response.json(200, JsonBody.write(Map.of("email", email)));
    }

    private static Response error(int status, String text) {
        return Response.json(status, "{\"error\":\"" + text + "\"}");
    }
}

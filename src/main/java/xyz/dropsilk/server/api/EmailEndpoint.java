package xyz.dropsilk.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import xyz.dropsilk.server.base.Json;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.service.ContactAddress;

/** {@code /request-email}: the contact address, for those whom reCAPTCHA takes for people. */
public final class EmailEndpoint implements Endpoint {
    /** Where it is not configured. */
    public static final Endpoint NOT_CONFIGURED = new NotConfigured(error(500, "server_not_configured"));

    private static final Response INVALID_JSON = error(400, "Invalid JSON");
    private static final Response NO_TOKEN = error(400, "reCAPTCHA token is required");
    private static final Response REFUSED = error(400, "recaptcha_failed");
    private static final Response FAILED = error(502, "internal_error");

    private final ContactAddress address;
    private final Workers workers;

    /** Answers with {@code address}, from {@code executor}. */
    public EmailEndpoint(ContactAddress address, Executor executor) {
        this.address = address;
        this.workers = new Workers(executor);
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return workers.answer(() -> handle(request));
    }

    private CompletionStage<Response> handle(Request request) {
        Optional<JsonNode> json = Json.parse(request.body());
        if (json.isEmpty()) {
            return CompletableFuture.completedFuture(INVALID_JSON);
        }
        String token = json.get().path("token").textValue();
        if (token == null || token.isEmpty()) {
            return CompletableFuture.completedFuture(NO_TOKEN);
        }
        return address.reveal(token, request.client())
                .handle((email, failure) -> failure != null
                        ? FAILED
                        : email.map(EmailEndpoint::found).orElse(REFUSED));
    }

    private static Response found(String email) {
        return Response.json(200, Json.write(Map.of("email", email)));
    }

    private static Response error(int status, String text) {
        return Response.json(status, "{\"error\":\"" + text + "\"}");
    }
}

package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Json;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.service.PreviewRoute;
import xyz.dropsilk.server.service.UploadRefused;
import xyz.dropsilk.server.service.Uploads;

/**
 * {@code /api/uploadthing}: the route handler that UploadThing's clients and cloud talk to. {@code GET} tells what may be uploaded; {@code POST}
 * is a page that wants links, or the cloud that reports how an upload went. The first check that fails decides the answer, in the order
 * of the SDK.
 */
public final class UploadsEndpoint implements Endpoint {
    private static final String HOOK = "uploadthing-hook";
    private static final String SIGNATURE = "x-uploadthing-signature";
    private static final String CLIENT_PACKAGE = "x-uploadthing-package";
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final Uploads uploads;
    private final Workers workers;

    /** What a page gets for each file. The route has no ids of its own, but clients want the field. */
    private record LinkAnswer(
            String url, String key, String name, @Nullable String customId) {}

    private record ErrorAnswer(String message) {}

    /** Answers for {@code uploads}, from {@code executor}. */
    public UploadsEndpoint(Uploads uploads, Executor executor) {
        this.uploads = uploads;
        this.workers = new Workers(executor);
    }

    /** The cloud names no origin: its signature is what lets it in. */
    public static boolean isFromCloud(Request request) {
        return request.method().equals(HttpMethod.POST) && request.header(HOOK) != null;
    }

    /** Whether a page wants links, which is what costs something: the cloud may report as often as it likes. */
    public static boolean wantsLinks(Request request) {
        return request.method().equals(HttpMethod.POST)
                && request.header(HOOK) == null
                && request.query().containsKey("actionType");
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        if (!request.method().equals(HttpMethod.POST)) {
            return CompletableFuture.completedFuture(json(200, PreviewRoute.CONFIG_JSON.getBytes(UTF_8)));
        }
        return workers.answer(() -> post(request));
    }

    private CompletionStage<Response> post(Request request) {
        try {
            return handle(request);
        } catch (UploadRefused e) {
            return CompletableFuture.completedFuture(refused(e));
        }
    }

    private CompletionStage<Response> handle(Request request) throws UploadRefused {
        String hook = request.header(HOOK);
        Map<String, List<String>> query = request.query();
        List<String> slugs = query.getOrDefault("slug", List.of());
        List<String> actions = query.getOrDefault("actionType", List.of());
        boolean known = (hook == null || hook.equals("callback") || hook.equals("error"))
                && slugs.size() == 1
                && (actions.isEmpty() || actions.equals(List.of("upload")));
        if (!known) {
            throw UploadMessages.invalid();
        }
        PreviewRoute.require(slugs.get(0));
        if (actions.isEmpty() == (hook == null)) {
            return CompletableFuture.completedFuture(json(200, NULL));
        }
        return hook == null ? links(request) : hook(request, hook);
    }

    private CompletionStage<Response> links(Request request) throws UploadRefused {
        List<PreviewRoute.File> files = UploadMessages.files(body(request));
        return uploads.links(files, request.header(CLIENT_PACKAGE)).thenApply(links -> {
            List<LinkAnswer> answer = links.stream()
                    .map(link -> new LinkAnswer(link.url(), link.key(), link.name(), null))
                    .toList();
            return json(200, Json.write(answer));
        });
    }

    private CompletionStage<Response> hook(Request request, String hook) throws UploadRefused {
        byte[] body = request.body();
        uploads.requireSigned(body == null ? new byte[0] : body, request.header(SIGNATURE));
        JsonNode json = body(request);
        if (hook.equals("error")) {
            UploadMessages.Failure failure = UploadMessages.failure(json);
            uploads.failed(failure.fileKey(), failure.error());
            return CompletableFuture.completedFuture(json(200, NULL));
        }
        return uploads.complete(UploadMessages.report(json), request.header(CLIENT_PACKAGE))
                .thenApply(done -> json(200, NULL));
    }

    private static JsonNode body(Request request) throws UploadRefused {
        return Json.parse(request.body()).orElseThrow(() -> UploadRefused.silently(400));
    }

    private static Response refused(UploadRefused refusal) {
        return refusal.text() == null
                ? Response.empty(refusal.status())
                : json(refusal.status(), Json.write(new ErrorAnswer(refusal.text())));
    }

    private static Response json(int status, byte[] body) {
        return Response.json(status, body).with("x-uploadthing-version", Uploads.SDK_VERSION);
    }
}

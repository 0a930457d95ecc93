package xyz.dropsilk.server.uploadthing;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Json;
import xyz.dropsilk.server.remote.Calls;
import xyz.dropsilk.server.remote.RemoteException;

/** The UploadThing cloud as one app's server sees it, version 7 of its protocol. Immutable, safe on any thread, never blocks. */
public final class UploadThing {
    /** The version of the SDK whose behaviour this is. */
    public static final String VERSION = "7.7.4";

    private static final Duration LINK_LIFETIME = Duration.ofHours(1);
    /** Short, because a page or the cloud waits for what follows. */
    private static final Duration WAITED_FOR_LIMIT = Duration.ofSeconds(4);

    private static final Duration DELETE_LIMIT = Duration.ofSeconds(10);
    private static final Pattern PACKAGE_NAME = Pattern.compile("[!-~]{1,100}");

    private final Calls calls;
    private final UploadThingToken token;
    private final Ingest ingest;
    private final String apiBase;
    private final FileKeys keys;

    /**
     * A file that a page wants to upload.
     *
     * @param name its name
     * @param size its size in bytes, in decimal as JavaScript writes it
     * @param type its media type
     */
    public record NewFile(String name, String size, String type) {}

    /** Where a file goes: its {@code key}, and the signed {@code url} to put it to. */
    public record Link(String url, String key) {}

    /** What the cloud is told of uploads to come. */
    public record Registration(
            List<String> fileKeys,
            Map<String, String> metadata,
            boolean isDev,
            String callbackUrl,
            String callbackSlug,
            boolean awaitServerData) {}

    /** What the cloud is told once it has reported an upload. */
    public record CallbackResult(String fileKey, Map<String, String> callbackData) {}

    private record Deletion(List<String> fileKeys) {}

    /**
     * What the cloud says about a deletion.
     *
     * @param success whether it was done; else every file is still there
     * @param deletedCount how many files it concerned; fewer than asked for if some were gone already, or if it was done in part
     */
    public record Deleted(boolean success, long deletedCount) {}

    /**
     * The cloud of {@code token}'s app.
     *
     * @param ingestOverride takes the place of the token's ingest host, or null
     * @throws IllegalArgumentException if the token's region and host make no address
     */
    public UploadThing(Calls calls, UploadThingToken token, URI apiUrl, @Nullable URI ingestOverride, FileKeys keys) {
        this.calls = calls;
        this.token = token;
        this.ingest = new Ingest(token, ingestOverride);
        this.apiBase = apiUrl.toString().replaceAll("/$", "");
        this.keys = keys;
    }

    /** A link for {@code file}, good for an hour from {@code now}. */
    public Link link(NewFile file, String slug, Instant now) {
        String key = keys.next(token.appId());
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("x-ut-identifier", token.appId());
        parameters.put("x-ut-file-name", file.name());
        parameters.put("x-ut-file-size", file.size());
        parameters.put("x-ut-file-type", file.type());
        parameters.put("x-ut-slug", slug);
        parameters.put("x-ut-content-disposition", "inline");
        String url = Signatures.url(ingest.base() + "/" + key, now.plus(LINK_LIFETIME), parameters, token.apiKey());
        return new Link(url, key);
    }

    /** Announces uploads, on behalf of a page that uses {@code clientPackage}. Fails as {@link Calls#send} does. */
    public CompletableFuture<@Nullable Void> register(Registration registration, @Nullable String clientPackage) {
        return send(ingest.base() + "/route-metadata", Json.write(registration), clientPackage);
    }

    /** Whether a callback's {@code origin} is one to which results, and with them the API key, may go. */
    public boolean admits(String origin) {
        return ingest.admitted(origin) != null;
    }

    /**
     * Reports {@code result} to {@code origin}, the host that sent the callback. Fails as {@link Calls#send} does.
     *
     * @throws IllegalArgumentException if {@code origin} is not admitted
     */
    public CompletableFuture<@Nullable Void> report(
            String origin, CallbackResult result, @Nullable String clientPackage) {
        String base = ingest.admitted(origin);
        if (base == null) {
            throw new IllegalArgumentException("not an ingest host");
        }
        return send(base + "/callback-result", Json.write(result), clientPackage);
    }

    /** Deletes the files with {@code fileKeys}. Fails as {@link Calls#send} does, and for an answer of another form. */
    public CompletableFuture<Deleted> delete(List<String> fileKeys) {
        Map<String, String> headers = headers("server-sdk");
        URI uri = URI.create(apiBase + "/v6/deleteFiles");
        return calls.send(new Calls.Call(uri, headers, Json.write(new Deletion(fileKeys)), DELETE_LIMIT, true))
                .thenApply(UploadThing::deleted);
    }

    /** Whether {@code signature} is that of this app's cloud under {@code body}. */
    public boolean isSigned(byte[] body, @Nullable String signature) {
        return Signatures.verify(body, signature, token.apiKey());
    }

    private CompletableFuture<@Nullable Void> send(String url, byte[] body, @Nullable String clientPackage) {
        Map<String, String> headers = headers("server");
        boolean usable =
                clientPackage != null && PACKAGE_NAME.matcher(clientPackage).matches();
        headers.put("x-uploadthing-fe-package", usable ? String.valueOf(clientPackage) : "unknown");
        return calls.send(new Calls.Call(URI.create(url), headers, body, WAITED_FOR_LIMIT, true))
                .thenAccept(UploadThing::requireOk);
    }

    private Map<String, String> headers(String adapter) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("content-type", "application/json");
        headers.put("x-uploadthing-api-key", token.apiKey().reveal());
        headers.put("x-uploadthing-version", VERSION);
        headers.put("x-uploadthing-be-adapter", adapter);
        return headers;
    }

    private static void requireOk(byte[] body) {
        if (!answer(body).path("ok").asBoolean(false)) {
            throw malformed();
        }
    }

    private static Deleted deleted(byte[] body) {
        JsonNode json = answer(body);
        JsonNode success = json.path("success");
        JsonNode count = json.path("deletedCount");
        if (!success.isBoolean() || !count.isNumber()) {
            throw malformed();
        }
        return new Deleted(success.booleanValue(), count.longValue());
    }

    private static JsonNode answer(byte[] body) {
        return Json.parse(body).orElseThrow(UploadThing::malformed);
    }

    private static CompletionException malformed() {
        return new CompletionException(new RemoteException(RemoteException.Kind.MALFORMED));
    }
}

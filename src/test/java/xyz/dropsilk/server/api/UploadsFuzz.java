package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.http.Fields;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.remote.Calls;
import xyz.dropsilk.server.service.PreviewCloud;
import xyz.dropsilk.server.service.Uploads;
import xyz.dropsilk.server.store.UploadStore;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.Requests;
import xyz.dropsilk.server.uploadthing.FileKeys;
import xyz.dropsilk.server.uploadthing.Sdk;

/**
 * Any POST to {@code /api/uploadthing}: lines for the query, {@code uploadthing-hook}, the signature ({@value #SIGNED} for the right one, empty
 * for none) and the client's package, then the body. Never a fault; what is not signed leaves no row, event or result; the API key goes to
 * UploadThing's hosts alone and into no answer.
 */
public final class UploadsFuzz {
    private static final String SIGNED = "signed";
    private static final String API_KEY = "sk_live_fuzz0001";
    private static final String INGEST_HOST = "ingest.uploadthing.com";
    private static final Secret TOKEN = new Secret(Base64.getEncoder()
            .encodeToString(
                    ("{\"apiKey\":\"" + API_KEY + "\",\"appId\":\"fuzzapp\",\"regions\":[\"fra1\"]}").getBytes(UTF_8)));

    /** 500 is the SDK's answer to a name that is half a surrogate pair. */
    private static final Set<Integer> STATUSES = Set.of(200, 400, 404, 500);

    private static final int LINES = 4;
    private static final FileKeys KEYS = FileKeys.random();

    private final List<Calls.Call> calls = new ArrayList<>();
    private final List<UploadStore.Upload> rows = new ArrayList<>();
    private final CollectedEvents events = new CollectedEvents();

    private UploadsFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        String[] lines = new String(input, ISO_8859_1).split("\n", LINES + 1);
        if (lines.length > LINES) {
            new UploadsFuzz().check(lines[0], lines[1], lines[2], lines[3], lines[LINES].getBytes(ISO_8859_1));
        }
    }

    private void check(String query, String hook, String signature, String clientPackage, byte[] body) {
        if (Stream.of(hook, signature, clientPackage).anyMatch(UploadsFuzz::neverArrives)) {
            return;
        }
        String right = Sdk.signature(body, API_KEY);
        List<String> headers = new ArrayList<>();
        add(headers, "uploadthing-hook", hook);
        add(headers, "x-uploadthing-signature", signature.equals(SIGNED) ? right : signature);
        add(headers, "x-uploadthing-package", clientPackage);
        InetAddress client = InetAddress.getLoopbackAddress();
        Request request =
                new Request(HttpMethod.POST, "/", query, fields(headers), body, client, NetworkKey.of(client));

        Response response = Requests.answer(endpoint(), request); // throws if the answer is a fault

        assertTrue(STATUSES.contains(response.status()), () -> "status " + response.status());
        assertFalse(Requests.text(response).contains(API_KEY), "the key in an answer");
        if (!signature.equals(SIGNED)) {
            assertEquals(List.of(), rows);
            assertEquals(List.of(), events.all());
        }
        assertTrue(
                hook.isEmpty() || signature.equals(SIGNED) || calls.isEmpty(),
                "a hook that is not signed makes no call");
        for (Calls.Call call : calls) {
            String host = String.valueOf(call.uri().getHost());
            assertTrue(host.equals(INGEST_HOST) || host.endsWith("." + INGEST_HOST), () -> "a call to " + call.uri());
            assertEquals("https", call.uri().getScheme());
        }
    }

    /** HTTP allows no such field. */
    private static boolean neverArrives(String value) {
        return value.chars().anyMatch(Character::isISOControl);
    }

    private static void add(List<String> headers, String name, String value) {
        if (!value.isEmpty()) {
            headers.add(name);
            headers.add(value);
        }
    }

    private static Fields fields(List<String> headers) {
        return TestFields.of(headers.toArray(new String[0]));
    }

    private UploadsEndpoint endpoint() {
        PreviewCloud cloud = new PreviewCloud(
                call -> {
                    calls.add(call);
                    return CompletableFuture.completedFuture("{\"ok\":true}".getBytes(UTF_8));
                },
                new PreviewCloud.Settings(TOKEN, URI.create("https://api.uploadthing.com"), null),
                KEYS);
        Uploads uploads = new Uploads(
                cloud,
                row -> {
                    rows.add(row);
                    return CompletableFuture.completedFuture(null);
                },
                "http://localhost/api/uploadthing",
                InstantSource.fixed(Instant.EPOCH),
                () -> 0,
                events);
        return new UploadsEndpoint(uploads, Runnable::run);
    }
}

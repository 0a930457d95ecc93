package xyz.dropsilk.server.uploadthing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.remote.Calls;
import xyz.dropsilk.server.remote.RemoteException;
import xyz.dropsilk.server.testing.Vectors;

class UploadThingTest {
    private final List<Calls.Call> calls = new ArrayList<>();

    /** This server deletes by key alone, so the vector with another kind of id is left out. */
    static List<JsonNode> deletions() {
        return Vectors.list(Vectors.section("deleteFiles")).stream()
                .filter(vector -> !vector.path("name").asText().equals("by custom id"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("deletions")
    void deletesAsTheSdk(JsonNode vector) {
        List<String> keys =
                vector.path("keys").valueStream().map(JsonNode::asText).toList();
        JsonNode response = vector.path("response");
        CompletableFuture<UploadThing.Deleted> deletion = app(
                        response.path("status").asInt(), response.path("body").asText())
                .delete(keys);
        Calls.Call call = calls.get(0);
        assertEquals(vector.path("request").path("url").asText(), call.uri().toString());
        assertEquals(vector.path("request").path("body").asText(), new String(call.body(), UTF_8));
        Map<String, String> headers = new TreeMap<>(call.headers());
        headers.put("content-length", Integer.toString(call.body().length));
        Map<String, String> expected = new TreeMap<>();
        vector.path("request").path("headers").forEachEntry((name, value) -> expected.put(name, value.asText()));
        assertEquals(expected, headers);

        JsonNode result = vector.path("result");
        if (result.isNull()) {
            Throwable failure =
                    assertThrows(CompletionException.class, deletion::join).getCause();
            assertInstanceOf(RemoteException.class, failure);
        } else {
            assertEquals(
                    new UploadThing.Deleted(
                            result.path("success").asBoolean(),
                            result.path("deletedCount").asLong()),
                    deletion.join());
        }
    }

    @Test
    void keysOfTwoFilesDiffer() {
        FileKeys keys = FileKeys.random();
        String key = keys.next("fakeapp01");
        assertTrue(key.matches("cDvhcTSnR9Df[a-zA-Z0-9]{36}"), key);
        assertNotEquals(key, keys.next("fakeapp01"));
    }

    @Test
    void registeringNeedsTheCloudsOk() {
        UploadThing.Registration registration =
                new UploadThing.Registration(List.of("k"), Map.of(), false, "http://h/", "s", true);
        assertThrows(
                CompletionException.class,
                () -> app(200, "{\"ok\":false}").register(registration, null).join());
        app(200, "{\"ok\":true}").register(registration, null).join();
    }

    @Test
    void theOverrideTakesResultsAndOtherHostsDoNot() {
        UploadThing app = app(200, "{}", URI.create("http://127.0.0.1:99/base"));
        assertTrue(app.admits("http://127.0.0.1:99"));
        assertTrue(app.admits("https://fra1.ingest.uploadthing.com"));
        assertFalse(app.admits("http://127.0.0.1:98"));
        assertFalse(app.admits("https://127.0.0.1:99"));
    }

    private UploadThing app(int status, String answer) {
        return app(status, answer, null);
    }

    private UploadThing app(int status, String answer, @org.jspecify.annotations.Nullable URI override) {
        UploadThingToken token = UploadThingToken.parse(
                new Secret(Vectors.section("handler").path("token").asText()));
        assertNotNull(token);
        Calls answering = call -> {
            calls.add(call);
            return status == 200
                    ? CompletableFuture.completedFuture(answer.getBytes(UTF_8))
                    : CompletableFuture.failedFuture(RemoteException.refused(status));
        };
        return new UploadThing(
                answering, token, URI.create("https://api.uploadthing.com"), override, FileKeys.random());
    }
}

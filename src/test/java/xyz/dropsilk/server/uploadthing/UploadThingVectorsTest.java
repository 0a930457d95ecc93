package xyz.dropsilk.server.uploadthing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.testing.Vectors;

/** The parts of the protocol against what the real SDK makes; whole requests are in {@code UploadsEndpointTest}. */
class UploadThingVectorsTest {

    static List<JsonNode> token() {
        return Vectors.list(Vectors.section("token"));
    }

    @ParameterizedTest
    @MethodSource
    void token(JsonNode vector) {
        UploadThingToken token =
                UploadThingToken.parse(new Secret(vector.path("token").asText()));
        if (!vector.path("valid").asBoolean()) {
            assertNull(token);
            return;
        }
        assertNotNull(token);
        JsonNode decoded = vector.path("decoded");
        assertEquals(decoded.path("apiKey").asText(), token.apiKey().reveal());
        assertEquals(decoded.path("appId").asText(), token.appId());
        assertEquals(decoded.path("regions").path(0).asText(), token.region());
        assertEquals(decoded.path("ingestHost").asText(), token.ingestHost());
        assertEquals(vector.path("defaultIngestUrl").asText(), new Ingest(token, null).base());
    }

    static List<JsonNode> hash() {
        return Vectors.list(Vectors.section("hash"));
    }

    @ParameterizedTest
    @MethodSource
    void hash(JsonNode vector) {
        assertEquals(
                vector.path("hash").asInt(), FileKeys.hash(vector.path("input").asText()));
    }

    static List<JsonNode> alphabet() {
        return Vectors.list(Vectors.section("alphabet"));
    }

    @ParameterizedTest
    @MethodSource
    void alphabet(JsonNode vector) {
        assertEquals(
                vector.path("shuffled").asText(),
                FileKeys.alphabet(vector.path("appId").asText()));
    }

    static List<JsonNode> prefix() {
        return Vectors.list(Vectors.section("prefix"));
    }

    @ParameterizedTest
    @MethodSource
    void prefix(JsonNode vector) {
        assertEquals(
                vector.path("prefix").asText(),
                FileKeys.appPart(vector.path("appId").asText()));
    }

    static List<JsonNode> blockListStepsIn() {
        return Vectors.list(Vectors.section("prefixBlockList").path("stepsIn"));
    }

    @ParameterizedTest
    @MethodSource
    void blockListStepsIn(JsonNode vector) {
        prefix(vector);
        assertNotEquals(
                vector.path("withoutBlockList").asText(),
                FileKeys.appPart(vector.path("appId").asText()));
    }

    static List<JsonNode> blockListMustNotStepIn() {
        return Vectors.list(Vectors.section("prefixBlockList").path("mustNotStepIn"));
    }

    @ParameterizedTest
    @MethodSource
    void blockListMustNotStepIn(JsonNode vector) {
        prefix(vector);
    }

    static List<JsonNode> key() {
        return Vectors.list(Vectors.section("key"));
    }

    @ParameterizedTest
    @MethodSource
    void key(JsonNode vector) {
        String appId = vector.path("appId").asText();
        String parts = vector.path("hashParts").asText();
        assertEquals(vector.path("partsHash").asInt(), FileKeys.hash(parts));
        assertEquals(vector.path("seed").asText(), Sdk.filePart(appId, parts));
        assertEquals(vector.path("key").asText(), new FileKeys(() -> Sdk.filePart(appId, parts)).next(appId));
    }

    static List<JsonNode> keyCustomParts() {
        return Vectors.list(Vectors.section("keyCustomParts"));
    }

    @ParameterizedTest
    @MethodSource
    void keyCustomParts(JsonNode vector) {
        String appId = vector.path("appId").asText();
        String parts = vector.path("hashParts").toString();
        assertEquals(vector.path("key").asText(), new FileKeys(() -> Sdk.filePart(appId, parts)).next(appId));
    }

    static List<JsonNode> verifyKey() {
        return Vectors.list(Vectors.section("verifyKey"));
    }

    @ParameterizedTest
    @MethodSource
    void verifyKey(JsonNode vector) {
        String appPart = FileKeys.appPart(vector.path("appId").asText());
        assertEquals(
                vector.path("valid").asBoolean(), vector.path("key").asText().startsWith(appPart));
    }

    static List<JsonNode> signedUrl() {
        return Vectors.list(Vectors.section("signedUrl"));
    }

    @ParameterizedTest
    @MethodSource
    void signedUrl(JsonNode vector) {
        Map<String, String> parameters = new LinkedHashMap<>();
        vector.path("params")
                .forEach(pair ->
                        parameters.put(pair.path(0).asText(), pair.path(1).asText()));
        Duration lifetime = vector.path("ttl").asText().equals("10m") ? Duration.ofMinutes(10) : Duration.ofHours(1);
        assertEquals(
                vector.path("signedUrl").asText(),
                Signatures.url(
                        vector.path("url").asText(),
                        Instant.ofEpochMilli(vector.path("nowMs").asLong()).plus(lifetime),
                        parameters,
                        new Secret(vector.path("apiKey").asText())));
    }

    static List<JsonNode> payloadSignature() {
        return Vectors.list(Vectors.section("payloadSignature"));
    }

    @ParameterizedTest
    @MethodSource
    void payloadSignature(JsonNode vector) {
        assertEquals(
                vector.path("signature").asText(),
                Signatures.sign(
                        vector.path("payload").asText().getBytes(UTF_8),
                        new Secret(vector.path("apiKey").asText())));
    }

    static List<JsonNode> payloadVerify() {
        return Vectors.list(Vectors.section("payloadVerify"));
    }

    @ParameterizedTest
    @MethodSource
    void payloadVerify(JsonNode vector) {
        // The one place where this server is stricter than the SDK on purpose: it reads the prefix.
        boolean skipsPrefix = vector.path("name").asText().equals("the first 12 characters are skipped unseen");
        assertEquals(
                vector.path("valid").asBoolean() && !skipsPrefix,
                Signatures.verify(
                        vector.path("payload").asText().getBytes(UTF_8),
                        vector.path("signature").textValue(),
                        new Secret(vector.path("apiKey").asText())));
    }
}

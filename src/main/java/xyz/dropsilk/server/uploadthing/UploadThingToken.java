package xyz.dropsilk.server.uploadthing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Json;
import xyz.dropsilk.server.base.Secret;

/**
 * What {@code UPLOADTHING_TOKEN} says.
 *
 * @param apiKey the key that calls carry and signatures are made with
 * @param appId the app to which files belong
 * @param region the region that takes uploads
 * @param ingestHost the domain of the ingest hosts of all regions
 */
public record UploadThingToken(Secret apiKey, String appId, String region, String ingestHost) {
    private static final String DEFAULT_INGEST_HOST = "ingest.uploadthing.com";

    /** The token in {@code secret}, or null if it breaks the rules: base64 with padding, of JSON with these fields. */
    public static @Nullable UploadThingToken parse(Secret secret) {
        String text = secret.reveal().replace("\r", "").replace("\n", "");
        if (text.length() % 4 != 0) { // the decoder would do without padding, the SDK does not
            return null;
        }
        try {
            JsonNode json = Json.parse(Base64.getDecoder().decode(text)).orElse(null);
            return json == null ? null : of(json);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable UploadThingToken of(JsonNode json) {
        JsonNode apiKey = json.path("apiKey");
        JsonNode appId = json.path("appId");
        JsonNode regions = json.path("regions");
        JsonNode ingestHost = json.path("ingestHost");
        boolean good = apiKey.isTextual()
                && apiKey.textValue().startsWith("sk_")
                && appId.isTextual()
                && regions.isArray()
                && !regions.isEmpty()
                && regions.valueStream().allMatch(JsonNode::isTextual)
                && (ingestHost.isTextual() || ingestHost.isMissingNode());
        if (!good) {
            return null;
        }
        return new UploadThingToken(
                new Secret(apiKey.textValue()),
                appId.textValue(),
                regions.path(0).textValue(),
                ingestHost.isTextual() ? ingestHost.textValue() : DEFAULT_INGEST_HOST);
    }
}

package xyz.dropsilk.server.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import xyz.dropsilk.server.base.Secret;

/** Cloudflare's TURN service: one call that brings fresh credentials. Immutable, safe on any thread, never blocks. */
public final class CloudflareTurn {
    /** How long credentials are good for, from the moment they are asked for. */
    public static final Duration LIFETIME = Duration.ofHours(1);

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final byte[] REQUEST = ("{\"ttl\":" + LIFETIME.toSeconds() + "}").getBytes(US_ASCII);

    private final Calls calls;
    private final URI uri;
    private final Secret apiToken;

    /** The TURN key {@code tokenId} at {@code apiUrl}. */
    public CloudflareTurn(Calls calls, URI apiUrl, String tokenId, Secret apiToken) {
        this.calls = calls;
        this.uri = URI.create(apiUrl.toString().replaceAll("/$", "") + "/v1/turn/keys/" + tokenId
                + "/credentials/generate-ice-servers");
        this.apiToken = apiToken;
    }

    /**
     * New credentials: the JSON array {@code iceServers}, each byte as Cloudflare wrote it. Fails as {@link Calls#send} does, and if
     * the array is not there or empty.
     */
    public CompletableFuture<String> iceServers() {
        Map<String, String> headers =
                Map.of("Content-Type", "application/json", "Authorization", "Bearer " + apiToken.reveal());
        return calls.send(new Calls.Call(uri, headers, REQUEST, LIMIT, true)).thenApply(CloudflareTurn::iceServersOf);
    }

    private static String iceServersOf(byte[] body) {
        String text = new String(body, UTF_8);
        String found = null;
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
            while (isObject && parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                boolean isArray = parser.nextToken() == JsonToken.START_ARRAY;
                int start = (int) parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                int end = (int) parser.currentLocation().getCharOffset();
                if (isArray && name.equals("iceServers")) {
                    found = text.substring(start, end);
                }
            }
            boolean isWhole = parser.nextToken() == null;
            if (isWhole
                    && found != null
                    && !found.substring(1, found.length() - 1).isBlank()) {
                return found;
            }
        } catch (IOException e) {
            // answered below: the parser's own words may quote what it read
        }
        throw new CompletionException(new RemoteException(RemoteException.Kind.MALFORMED));
    }
}

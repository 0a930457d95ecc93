package xyz.dropsilk.server.uploadthing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Secret;

/** UploadThing's signatures: HMAC-SHA256 under the API key, in hex, behind the algorithm's name. */
final class Signatures {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "hmac-sha256=";

    private Signatures() {}

    static String sign(byte[] message, Secret key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.reveal().getBytes(UTF_8), ALGORITHM));
            return PREFIX + HexFormat.of().formatHex(mac.doFinal(message));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }

    /** Whether {@code signature}, in either case of hex, is that of {@code message}; in constant time. */
    static boolean verify(byte[] message, @Nullable String signature, Secret key) {
        return signature != null
                && signature.startsWith(PREFIX)
                && MessageDigest.isEqual(
                        sign(message, key).getBytes(US_ASCII),
                        signature.toLowerCase(Locale.ROOT).getBytes(UTF_8));
    }

    /**
     * A presigned upload address: {@code url} with all that the ingest host needs to know about an upload, and its signature.
     *
     * @param url the ingest host's address of the file, without a query
     * @param expires until when an upload may begin
     * @param parameters in the order in which they are signed
     */
    static String url(String url, Instant expires, Map<String, String> parameters, Secret apiKey) {
        StringBuilder text = new StringBuilder(url).append("?expires=").append(expires.toEpochMilli());
        parameters.forEach((name, value) ->
                text.append('&').append(name).append('=').append(formEncoded(componentEncoded(value))));
        String signature = sign(text.toString().getBytes(UTF_8), apiKey);
        return text.append("&signature=").append(formEncoded(signature)).toString();
    }

    private static String formEncoded(String value) {
        return URLEncoder.encode(value, UTF_8);
    }

    /** As JavaScript's {@code encodeURIComponent}, which leaves some characters that a form encodes. */
    private static String componentEncoded(String value) {
        return formEncoded(value)
                .replace("+", "%20")
                .replace("%21", "!")
                .replace("%27", "'")
                .replace("%28", "(")
                .replace("%29", ")")
                .replace("%7E", "~");
    }
}

package xyz.dropsilk.server.uploadthing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
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
}

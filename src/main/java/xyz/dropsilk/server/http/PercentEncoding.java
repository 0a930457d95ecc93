package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** Percent-encoding (RFC 3986, 2.1), undone once and strictly. */
public final class PercentEncoding {
    private static final int HEX_RADIX = 16;

    private PercentEncoding() {}

    /** {@code text} with its escapes decoded as UTF-8; null if one is broken, or they are no UTF-8. A plus sign is itself. */
    public static @Nullable String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] encoded = text.getBytes(UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(encoded.length);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '%') {
                decoded.put(encoded[i]);
                continue;
            }
            int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], HEX_RADIX) : -1;
            int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], HEX_RADIX) : -1;
            if (high < 0 || low < 0) {
                return null;
            }
            decoded.put((byte) (high * HEX_RADIX + low));
            i += 2;
        }
        return strictUtf8(decoded.flip());
    }

    private static @Nullable String strictUtf8(ByteBuffer bytes) {
        try {
            return UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}

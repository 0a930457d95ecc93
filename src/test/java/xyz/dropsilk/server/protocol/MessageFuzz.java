package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as a message, read by {@link MessageReader} and by Jackson: both must make the same of them, and what is relayed of a signal is a
 * signal of its {@code data}, byte for byte, and nothing else.
 */
public final class MessageFuzz {
    private MessageFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] message) {
        check(message);
    }

    /** Fails unless {@code message} is read as it should be; else the kind of outcome. */
    static String check(byte[] message) {
        String text = decoded(message);
        assertEquals(text != null, Utf8.isValid(message, 0, message.length), () -> shown(message));
        if (text == null) {
            return "not UTF-8";
        }
        String expected = JacksonReading.of(text);
        String actual;
        try {
            actual = ReadMessage.read(message);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(shown(message), e);
        }
        if (actual.equals("signal")) {
            byte[] relayed = ReadMessage.relayed(message);
            String prefix = "{\"type\":\"signal\",\"data\":";
            String whole = decoded(relayed);
            assertTrue(whole != null && whole.startsWith(prefix) && whole.endsWith("}"), () -> shown(message));
            actual = "signal " + whole.substring(prefix.length(), whole.length() - 1);
            assertEquals(expected, JacksonReading.of(whole), () -> shown(message)); // as its receiver reads it
        }
        assertEquals(expected, actual, () -> shown(message));
        return expected.replaceFirst("(?s) .*", "");
    }

    private static @Nullable String decoded(byte[] message) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String shown(byte[] message) {
        return new String(message, UTF_8) + "\nin Base64: "
                + Base64.getEncoder().encodeToString(message);
    }
}

package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random and broken messages, read by {@link MessageReader} and by Jackson: both must make the same of each, and what is relayed of a signal is
 * a signal of its {@code data}, byte for byte, and nothing else. The seed is printed. For a long run:
 *
 * <pre>mvn test -Dtest=MessageReaderFuzzTest -Dgroups=long -DexcludedGroups=none -Dfuzz.seconds=600</pre>
 */
final class MessageReaderFuzzTest {
    private static final long FIXED_SEED = 20_261_124;

    @Test
    void theCorpusIsReadAsJacksonReadsIt() {
        RandomMessages.corpus().forEach(MessageReaderFuzzTest::check);
    }

    @Test
    void randomMessagesAreReadAsJacksonReadsThem() {
        fuzz(FIXED_SEED, Duration.ofMillis(1_500));
        fuzz(System.nanoTime(), Duration.ofMillis(1_500));
    }

    @Test
    @Tag("long")
    void randomMessagesAreReadAsJacksonReadsThemForLong() {
        fuzz(System.nanoTime(), Duration.ofSeconds(Integer.getInteger("fuzz.seconds", 60)));
    }

    private static void fuzz(long seed, Duration duration) {
        RandomMessages messages = new RandomMessages(seed);
        Set<String> kinds = new HashSet<>();
        long end = System.nanoTime() + duration.toNanos();
        long tried = 0;
        try {
            while (System.nanoTime() - end < 0) {
                for (int i = 0; i < 500; i++, tried++) {
                    kinds.add(check(messages.next()));
                }
            }
        } finally {
            System.out.println("MessageReader: seed " + seed + ", " + tried + " messages");
        }
        // The generator is worth something only while it finds its way to each outcome.
        assertEquals(8, kinds.size(), () -> "outcomes seen: " + kinds);
    }

    /** Fails unless {@code message} is read as it should be; else the kind of outcome. */
    private static String check(byte[] message) {
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

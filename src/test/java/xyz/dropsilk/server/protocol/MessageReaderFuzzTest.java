package xyz.dropsilk.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.testing.Mutations;

/**
 * Random and broken messages for {@link MessageFuzz}. The seed is printed. For a long run:
 *
 * <pre>mvn test -Dtest=MessageReaderFuzzTest -Dgroups=long -DexcludedGroups=none -Dfuzz.seconds=600</pre>
 */
final class MessageReaderFuzzTest {
    private static final long FIXED_SEED = 20_261_124;

    @Test
    void theCorpusIsReadAsJacksonReadsIt() {
        Mutations.corpus("messages").forEach(MessageFuzz::check);
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
                    kinds.add(MessageFuzz.check(messages.next()));
                }
            }
        } finally {
            System.out.println("MessageReader: seed " + seed + ", " + tried + " messages");
        }
        // The generator is worth something only while it finds its way to each outcome.
        assertEquals(8, kinds.size(), () -> "outcomes seen: " + kinds);
    }
}

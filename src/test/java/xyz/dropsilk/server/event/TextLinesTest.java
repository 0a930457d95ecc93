package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code LOG_FORMAT=text}: one readable line an event. */
final class TextLinesTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");

    private record TestEvent(Level level, String eventName, Map<String, @Nullable Object> fields)
            implements ServerEvent {}

    private static String line(boolean colors, Level level, Map<String, @Nullable Object> fields) {
        byte[] line = new TextLines(new FieldTexts(LogAddresses.FULL), colors)
                .line(new TestEvent(level, "flight:created", fields), NOON);
        return new String(line, UTF_8);
    }

    @Test
    void anEventIsOneReadableLine() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("flightCode", "ABC234");
        fields.put("name", "Ada Lovelace");
        fields.put("absent", null);
        fields.put("count", 3);
        fields.put("ratio", 1.5);
        fields.put("alarm", true);
        fields.put("empty", "");
        fields.put("story", Map.of("timeline", List.of("a b", "c", Map.of("d", 1))));
        assertEquals(
                "2026-03-01T12:00:00.123Z INFO  flight:created flightCode=ABC234 name=\"Ada Lovelace\" count=3 ratio=1.5"
                        + " alarm=true empty=\"\" story={timeline=[\"a b\" c {d=1}]}\n",
                line(false, Level.INFO, fields));
    }

    @Test
    void nothingInAFieldCanForgeALineOrMoveTheCursor() {
        String line = line(
                false,
                Level.WARN,
                Map.of("x", "a\n2026 ERROR\r\u001b[2J\u009b2J\u202e\u2028\u0000\"\\ \ud83d\ude00 \ud83d", "k\n", "v"));
        assertEquals(line.length() - 1, line.indexOf('\n'));
        assertFalse(
                line.chars().limit(line.length() - 1L).anyMatch(unit -> unit < ' ' || (unit >= 0x7F && unit < 0xA0)),
                line);
        assertTrue(line.contains("\\u009b2J\\u202e\\u2028\\u0000\\\"\\\\ \ud83d\ude00 \ufffd"), line);
    }

    @Test
    void coloursAreThereWhereTheyAreWanted() {
        assertFalse(line(false, Level.ERROR, Map.of("a", 1)).contains("\u001b"));
        assertTrue(line(true, Level.ERROR, Map.of("a", 1)).contains("\u001b[31mERROR\u001b[0m"));
    }

    @Test
    void aLineIsBounded() {
        String line = line(false, Level.INFO, Map.of("list", Collections.nCopies(5_000, "word ".repeat(20))));
        assertTrue(line.getBytes(UTF_8).length <= LineBuffer.MAX_BYTES);
        assertTrue(line.endsWith(" cut=true\n"));
    }
}

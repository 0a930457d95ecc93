package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events for people's eyes: time, level, name and {@code key=value} on one line. A text with blanks is quoted, and nothing in it can move a
 * terminal's cursor or begin another line: control and format characters are escaped.
 */
final class TextLines extends LineFormat {
    private static final String RESET = "\u001b[0m";
    private static final String DIM = "\u001b[2m";
    private static final String BOLD = "\u001b[1m";
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String CYAN = "\u001b[36m";

    private final FieldTexts texts;
    private final boolean colors;

    TextLines(FieldTexts texts, boolean colors) {
        this.texts = texts;
        this.colors = colors;
    }

    @Override
    void write(ServerEvent event, Instant at, Size size, OutputStream line) throws IOException {
        Level level = event.level();
        StringBuilder out = new StringBuilder(128);
        out.append(colored(DIM, at.truncatedTo(ChronoUnit.MILLIS).toString())).append(' ');
        out.append(
                colored(color(level), level.name() + " ".repeat(5 - level.name().length())));
        out.append(' ').append(colored(BOLD, event.eventName()));
        line.write(out.toString().getBytes(UTF_8));
        int left = size.items();
        for (Map.Entry<String, @Nullable Object> field : event.fields().entrySet()) {
            if (left-- > 0 && field.getValue() != null) {
                out.setLength(0);
                out.append(' ').append(colored(DIM, word(field.getKey(), at, size) + "="));
                value(out, field.getValue(), at, size, 1);
                line.write(out.toString().getBytes(UTF_8));
            }
        }
        line.write((size.isWhole() ? "\n" : " cut=true\n").getBytes(UTF_8));
    }

    private void value(StringBuilder out, @Nullable Object value, Instant at, Size size, int depth) throws IOException {
        if (out.length() > LineBuffer.MAX_BYTES) {
            throw new LineBuffer.TooLong();
        }
        if (value instanceof Map<?, ?> map) {
            out.append('{');
            int left = size.items(depth);
            String separator = "";
            for (Map.Entry<?, ?> member : map.entrySet()) {
                if (left-- == 0) {
                    break;
                }
                out.append(separator).append(word(member.getKey(), at, size)).append('=');
                value(out, member.getValue(), at, size, depth + 1);
                separator = " ";
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            String separator = "";
            for (Object item : list.subList(0, Math.min(size.items(depth), list.size()))) {
                out.append(separator);
                value(out, item, at, size, depth + 1);
                separator = " ";
            }
            out.append(']');
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value == null ? "-" : value);
        } else {
            out.append(word(value, at, size));
        }
    }

    private String word(@Nullable Object value, Instant at, Size size) {
        String text = texts.of(value == null ? "-" : value, at, size);
        return text == null ? "-" : quoted(text);
    }

    /** {@code text} itself where it is one plain word. */
    private static String quoted(String text) {
        boolean plain = !text.isEmpty();
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            switch (unit) {
                case '"', '\\' -> safe.append('\\').append(unit);
                case '\n' -> safe.append("\\n");
                case '\t' -> safe.append("\\t");
                default -> {
                    if (isHarmless(unit)) {
                        safe.append(unit);
                    } else {
                        safe.append(String.format("\\u%04x", (int) unit));
                    }
                }
            }
            plain &= isHarmless(unit) && " \"\\={}[]".indexOf(unit) < 0;
        }
        return plain ? text : "\"" + safe + "\"";
    }

    private static boolean isHarmless(char unit) {
        return switch (Character.getType(unit)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String color(Level level) {
        return switch (level) {
            case ERROR -> RED;
            case WARN -> YELLOW;
            case INFO -> CYAN;
            case DEBUG -> DIM;
        };
    }

    private String colored(String color, String text) {
        return colors ? color + text + RESET : text;
    }
}

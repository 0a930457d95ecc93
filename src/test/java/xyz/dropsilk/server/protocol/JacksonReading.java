package xyz.dropsilk.server.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the contract makes of a message, as {@link ReadMessage} says it, but read by Jackson: the oracle for {@link MessageReader}. */
final class JacksonReading {
    /** Jackson counts a number's digits part by part; the contract counts its characters, which is done below. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(500)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final int MAX_NUMBER_CHARS = 1_000;

    private static final Pattern STRING = Pattern.compile("(?s)\"(?:[^\"\\\\]++|\\\\.)*+\"(\\s*+:)?");
    private static final Pattern ESCAPE = Pattern.compile("(?s)\\\\(?:(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)");

    private final String text;

    /** The top-level strings by key; null for a value that is no string. */
    private final Map<String, @Nullable String> strings = new HashMap<>();

    private @Nullable String data;
    private boolean twice;

    private JacksonReading(String text) {
        this.text = text;
    }

    /** What becomes of {@code text}; for a signal, followed by its data. */
    static String of(String text) {
        JacksonReading reading = new JacksonReading(text);
        try {
            return !text.startsWith("\ufeff") && reading.isOneObject() ? reading.outcome() : ReadMessage.INVALID;
        } catch (IOException e) {
            return ReadMessage.INVALID;
        }
    }

    private boolean isOneObject() throws IOException {
        // From characters: from bytes Jackson would guess the encoding.
        try (JsonParser parser = JSON.createParser(withPlainKeys(text))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                member(parser);
            }
            return parser.nextToken() == null && !twice;
        }
    }

    /** RFC 8259 allows escaped lone surrogates in keys too, Jackson does not: here they are other escapes, of the same length. */
    private static String withPlainKeys(String text) {
        return STRING.matcher(text)
                .replaceAll(string -> Matcher.quoteReplacement(
                        string.group(1) == null ? string.group() : withoutSurrogates(string.group())));
    }

    private static String withoutSurrogates(String key) {
        return ESCAPE.matcher(key)
                .replaceAll(escape -> Matcher.quoteReplacement(escape.group(1) == null ? escape.group() : "\\uE000"));
    }

    private void member(JsonParser parser) throws IOException {
        String key = parser.currentName();
        JsonToken first = parser.nextToken();
        int from = (int) parser.currentTokenLocation().getCharOffset();
        String string = first == JsonToken.VALUE_STRING ? parser.getText() : null;
        for (int depth = 0; ; ) {
            JsonToken token = parser.currentToken();
            if (token.isNumeric() && parser.getTextLength() > MAX_NUMBER_CHARS) {
                throw new IOException("a long number");
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                break;
            }
            parser.nextToken();
        }
        parser.finishToken();
        int to = (int) parser.currentLocation().getCharOffset();
        twice |= strings.containsKey(key) && (key.equals("type") || key.equals("data"));
        strings.put(key, string);
        if (key.equals("data")) {
            data = text.substring(from, to);
        }
    }

    private String outcome() {
        String type = strings.get("type");
        if (type == null) {
            return ReadMessage.INVALID;
        }
        return switch (type) {
            case "register-details" -> "register-details " + strings.get("name");
            case "create-flight" -> "create-flight";
            case "join-flight" -> "join-flight " + strings.get("flightCode");
            case "invite-to-flight" -> invitation(strings.get("inviteeId"), strings.get("flightCode"));
            case "signal" -> data == null ? ReadMessage.INVALID : "signal " + data;
            default -> ReadMessage.UNKNOWN;
        };
    }

    private static String invitation(@Nullable String invitee, @Nullable String code) {
        return invitee == null || code == null ? ReadMessage.INVALID : "invite-to-flight " + invitee + " " + code;
    }
}

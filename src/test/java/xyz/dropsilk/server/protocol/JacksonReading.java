package xyz.dropsilk.server.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
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

    /** An escaped surrogate, behind any number of escaped backslashes. */
    private static final Pattern SURROGATE =
            Pattern.compile("((?<!\\\\)(?:\\\\\\\\)*)\\\\u[dD][89abABc-fC-F][0-9a-fA-F]{2}");

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
        try (JsonParser parser = JSON.createParser(withoutSurrogates(text))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                member(parser);
            }
            return parser.nextToken() == null && !twice;
        }
    }

    /**
     * The text with another character of the same length for each escaped surrogate: RFC 8259 (8.2) allows halves of pairs anywhere, but
     * Jackson not in keys.
     */
    private static String withoutSurrogates(String text) {
        return SURROGATE.matcher(text).replaceAll("$1\\\\uFFFD");
    }

    private static String string(String json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            return parser.getText();
        }
    }

    private void member(JsonParser parser) throws IOException {
        String key = parser.currentName();
        JsonToken first = parser.nextToken();
        int from = (int) parser.currentTokenLocation().getCharOffset();
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
        strings.put(key, first == JsonToken.VALUE_STRING ? string(text.substring(from, to)) : null);
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

package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.User;

/**
 * The body of a room request: one JSON object in UTF-8 (RFC 8259), of which a few fields matter. Read token by token, since it is read on an event
 * loop and whatever else it holds is somebody's idea of an attack. What is wrong is noted in a list of issues, without what was sent.
 */
final class RoomBody {
    /** As deep as a message on a WebSocket may nest (contract, 1). */
    private static final int MAX_DEPTH = 500;

    private static final int MAX_NUMBER_CHARS = 1_000;
    private static final long MAX_FILES = Integer.MAX_VALUE;

    /** The largest whole number that JavaScript counts to. */
    private static final long MAX_BYTES = (1L << 53) - 1;

    private static final Set<String> FIELDS = Set.of("name", "fileCount", "totalBytes", "active");

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .build())
            .build();

    /** The fields that may matter; null where the body is no object, which is issue enough. */
    private final @Nullable Map<String, Value> values;

    private final List<String> issues;

    /** A field's value as far as it may matter. */
    private record Value(JsonToken kind, String text, double number) {}

    private RoomBody(@Nullable Map<String, Value> values, List<String> issues) {
        this.values = values;
        this.issues = issues;
    }

    /** Reads {@code body}, null where there was none that the server reads; what is wrong is added to {@code issues}. */
    static RoomBody read(byte @Nullable [] body, List<String> issues) {
        try {
            return new RoomBody(values(body == null ? new byte[0] : body), issues);
        } catch (IOException e) {
            issues.add("body: should be one JSON object in UTF-8");
            return new RoomBody(null, issues);
        }
    }

    private static Map<String, Value> values(byte[] body) throws IOException {
        String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        Map<String, Value> values = new HashMap<>();
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken kind = parser.nextToken();
                if (FIELDS.contains(name)) {
                    values.put(name, value(parser, kind));
                }
                parser.skipChildren();
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new IOException("something behind the object");
            }
        }
        return values;
    }

    private static Value value(JsonParser parser, JsonToken kind) throws IOException {
        return new Value(
                kind,
                kind == JsonToken.VALUE_STRING ? parser.getText() : "",
                kind.isNumeric() ? parser.getDoubleValue() : 0);
    }

    /** The name, cleaned. */
    String name() {
        Value value = field("name");
        String clean = value != null && value.kind == JsonToken.VALUE_STRING ? User.cleanName(value.text) : null;
        return clean == null ? wrong("name: should be a text of 1 to " + User.MAX_NAME_UNITS + " characters") : clean;
    }

    /** How many files there are. */
    int fileCount() {
        return (int) whole("fileCount", MAX_FILES);
    }

    /** Their size. */
    long totalBytes() {
        return whole("totalBytes", MAX_BYTES);
    }

    private long whole(String field, long most) {
        Value value = field(field);
        if (value == null || value.kind == JsonToken.VALUE_NULL) {
            return 0;
        }
        boolean isRight = value.kind.isNumeric()
                && value.number >= 0
                && value.number <= most
                && value.number == Math.rint(value.number);
        if (!isRight) {
            wrong(field + ": should be a whole number from 0 to " + most);
            return 0;
        }
        return (long) value.number;
    }

    /** Whether it is asked for, or no more. */
    boolean active() {
        Value value = field("active");
        if (value != null && (value.kind == JsonToken.VALUE_TRUE || value.kind == JsonToken.VALUE_FALSE)) {
            return value.kind == JsonToken.VALUE_TRUE;
        }
        wrong("active: should be true or false");
        return false;
    }

    private @Nullable Value field(String name) {
        return values == null ? null : values.get(name);
    }

    private String wrong(String issue) {
        if (values != null) {
            issues.add(issue);
        }
        return "";
    }
}

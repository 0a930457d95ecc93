package xyz.dropsilk.server.rules;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Reads members of JSON objects that another instance, or anybody who can write to the engine, has made: what is not as it should be is refused
 * with an {@link IllegalArgumentException}. Stateless.
 */
final class Json {
    /** Ids of sockets, participants and instances. */
    private static final int MAX_ID = 64;

    private Json() {}

    static JsonNode object(JsonNode in, String name) {
        JsonNode value = in.path(name);
        require(value.isObject(), name);
        return value;
    }

    static String text(JsonNode in, String name) {
        JsonNode value = in.path(name);
        require(value.isTextual(), name);
        return value.textValue();
    }

    /** An id: of {@code [0-9a-z]}, so that it can stand in a message and in HTML as it is. */
    static String id(JsonNode in, String name) {
        String id = text(in, name);
        boolean isClean = id.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
        require(isClean && !id.isEmpty() && id.length() <= MAX_ID, name);
        return id;
    }

    static @Nullable String idOrNull(JsonNode in, String name) {
        return in.has(name) ? id(in, name) : null;
    }

    static long whole(JsonNode in, String name) {
        JsonNode value = in.path(name);
        require(value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0, name);
        return value.longValue();
    }

    static int small(JsonNode in, String name) {
        long whole = whole(in, name);
        require(whole <= Integer.MAX_VALUE, name);
        return (int) whole;
    }

    /** False where it is not there. */
    static boolean flag(JsonNode in, String name) {
        JsonNode value = in.path(name);
        require(value.isBoolean() || value.isMissingNode(), name);
        return value.booleanValue();
    }

    static Instant moment(JsonNode in, String name) {
        try {
            return Instant.parse(text(in, name));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(name, e);
        }
    }

    static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}

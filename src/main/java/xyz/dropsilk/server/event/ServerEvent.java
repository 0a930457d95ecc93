package xyz.dropsilk.server.event;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, as operators read it: the contract's event name and the event's own fields, in order. The factories
 * below are the only place that knows event names and field spellings. Immutable. A field holds a string, a number, a boolean,
 * {@code null}, or a list or map of those; never a secret and never the payload of a signal.
 *
 * @param level how much it matters
 * @param name the contract's name, for example {@code flight:created}
 * @param fields what else the log line says, at its top level
 */
public record ServerEvent(Level level, String name, Map<String, @Nullable Object> fields) {

    // --- the system ---

    /** A fault of our own or of a library: {@code where} it was seen, and its cause. */
    public static ServerEvent systemError(String where, Throwable cause) {
        return event(Level.ERROR, "system:error", "where", where, "error", StackTraces.of(cause));
    }

    // --- helpers ---

    private static ServerEvent event(Level level, String name, @Nullable Object... keysAndValues) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(keysAndValues.length);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            fields.put((String) java.util.Objects.requireNonNull(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return new ServerEvent(level, name, Collections.unmodifiableMap(fields));
    }
}

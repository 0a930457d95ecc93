package xyz.dropsilk.server.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, as operators read it. An event is a record in the package of the feature that it happens to, one of a sealed family
 * there; its components are the fields of its log line, in their order and by their names, and a component that is null is left out. Whoever
 * adds one writes the record, and its row in {@code docs/EVENTS.md}; a test compares the two.
 *
 * <p>A field holds a text, a number, a boolean, an address, a duration (told in seconds), a fault (told with its stack trace), or a list or map
 * of those; never a secret and never the payload of a signal. An address that may be a client's stays an {@link java.net.InetAddress} up to the
 * log, which alone knows whether and how to write it.
 */
public interface ServerEvent {
    /** The contract's name, for example {@code flight:created}: lower case, the feature before the colon. */
    String eventName();

    /** How much it matters. */
    default Level level() {
        return Level.INFO;
    }

    /** What else the log line says, at its top level: a record's components, unless it says otherwise. */
    default Map<String, @Nullable Object> fields() {
        return Components.of(this);
    }

    /** For a refusal, of which kind: these are counted, and sampled where they are many; else null. */
    default @Nullable Refusal refusal() {
        return null;
    }
}

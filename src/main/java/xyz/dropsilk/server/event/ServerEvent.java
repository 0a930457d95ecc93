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

    // --- clients ---

    /** A client is connected. */
    public static ServerEvent clientConnected(String id, String ip) {
        return event(Level.INFO, "client:connected", "id", id, "ip", ip);
    }

    /** A client gave its name, cleaned. */
    public static ServerEvent clientRegisteredDetails(String id, String name) {
        return event(Level.INFO, "client:registered_details", "id", id, "name", name);
    }

    /** A client is gone. */
    public static ServerEvent clientDisconnected(String id) {
        return event(Level.INFO, "client:disconnected", "id", id);
    }

    // --- flights ---

    /** A client created a flight. */
    public static ServerEvent flightCreated(String code, String creatorId) {
        return event(Level.INFO, "flight:created", "flightCode", code, "creatorId", creatorId);
    }

    /** A client took the free seat. */
    public static ServerEvent flightJoined(String code, String joinerId, String connectionType) {
        return event(
                Level.INFO,
                "flight:joined",
                "flightCode",
                code,
                "joinerId",
                joinerId,
                "connectionType",
                connectionType);
    }

    /** A member invited somebody it sees. */
    public static ServerEvent flightInvitation(String code, String fromId, String toId) {
        return event(Level.INFO, "flight:invitation", "flightCode", code, "fromId", fromId, "toId", toId);
    }

    /** An invitation that the contract does not allow, or that came too late. */
    public static ServerEvent invitationRefused(String fromId) {
        return event(Level.WARN, "flight:error", "reason", "invitation_refused", "id", fromId);
    }

    /** The last member of a flight is gone. */
    public static ServerEvent flightEnded(String code) {
        return event(Level.INFO, "flight:ended", "flightCode", code);
    }

    /** What happened in a flight that ended. */
    public static ServerEvent flightStory(Map<String, @Nullable Object> story) {
        return event(Level.INFO, "FLIGHT STORY COMPLETE", "story", story);
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

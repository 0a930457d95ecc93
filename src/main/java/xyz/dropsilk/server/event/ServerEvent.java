package xyz.dropsilk.server.event;

import java.time.Duration;
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
 * @param refusal for a refusal, of which kind: these are counted, and sampled where they are many; else null
 */
public record ServerEvent(
        Level level,
        String name,
        Map<String, @Nullable Object> fields,
        @Nullable Refusal refusal) {

    /** This event with one more field. */
    ServerEvent with(String key, Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(fields);
        more.put(key, value);
        return new ServerEvent(level, name, more, refusal);
    }

    // --- the system ---

    /** A fault of our own or of a library: {@code where} it was seen, and its cause. */
    public static ServerEvent systemError(String where, Throwable cause) {
        return event(Level.ERROR, "system:error", "where", where, "error", StackTraces.of(cause));
    }

    // --- refusals ---

    /** Something was refused to whoever is at {@code ip}; {@code id} is the client's, or null before it has one. */
    public static ServerEvent refused(Refusal refusal, String ip, @Nullable String id) {
        return id == null ? refusal(refusal, "ip", ip) : refusal(refusal, "ip", ip, "id", id);
    }

    /** An invitation that the contract does not allow, or that came too late. */
    public static ServerEvent invitationRefused(String fromId) {
        return refusal(Refusal.INVITATION, "id", fromId);
    }

    /** Wrong flight codes come from so many networks at once that one attacker may be behind them. */
    public static ServerEvent guessingAlarm(long wrongCodes) {
        return event(Level.ERROR, "flight:error", "reason", "guessing", "alarm", true, "wrongCodes", wrongCodes);
    }

    /** The server listens; {@code parts} says what is on and off. */
    public static ServerEvent startup(String version, int port, boolean production, Map<String, Object> parts) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        putAll(fields, "version", version, "port", port, "production", production);
        fields.putAll(parts);
        return new ServerEvent(Level.INFO, "system:startup", fields, null);
    }

    /** Something in the configuration, or in what it meets, is probably not meant so. */
    public static ServerEvent configWarning(String warning) {
        return event(Level.WARN, "config:warning", "warning", warning);
    }

    /** The server was asked to stop, or has stopped. */
    public static ServerEvent shutdown(String phase, int connections) {
        return event(Level.INFO, "system:shutdown", "phase", phase, "connections", connections);
    }

    /**
     * A drain has begun, for at most {@code time}, or is done, after {@code time}: how many clients are connected, and how many of them it waits for,
     * being in flights or rooms.
     */
    public static ServerEvent draining(String phase, Duration time, int connections, int inFlights, int inRooms) {
        return event(
                Level.INFO,
                "system:draining",
                "phase",
                phase,
                "seconds",
                seconds(time),
                "connections",
                connections,
                "inFlights",
                inFlights,
                "inRooms",
                inRooms);
    }

    /** What the server has in hand, at intervals: {@code memory} as in {@code /stats}. */
    public static ServerEvent heartbeat(
            int connections, int flights, double uptimeSeconds, Map<String, @Nullable Object> memory) {
        return event(
                Level.INFO,
                "system:heartbeat",
                "connections",
                connections,
                "flights",
                flights,
                "uptime",
                uptimeSeconds,
                "memory",
                memory);
    }

    /** Somebody asked for the log. */
    public static ServerEvent logAccess(String ip, boolean granted) {
        return granted
                ? event(Level.INFO, "system:log_access", "ip", ip, "granted", true)
                : refusal(Refusal.LOG_ACCESS, "ip", ip, "granted", false);
    }

    /** Lines that are lost: standard output did not take them in time, or memory for them was short. */
    public static ServerEvent linesDropped(String where, long lines) {
        return event(Level.WARN, "system:error", "where", where, "linesDropped", lines);
    }

    /** A library has something to say. */
    public static ServerEvent library(Level level, String logger, String message, @Nullable Throwable cause) {
        return event(
                level,
                "system:error",
                "where",
                logger,
                "detail",
                message,
                "error",
                cause == null ? null : StackTraces.of(cause));
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

    /** The last member of a flight is gone. */
    public static ServerEvent flightEnded(String code) {
        return event(Level.INFO, "flight:ended", "flightCode", code);
    }

    /** What happened in a flight that ended. */
    public static ServerEvent flightStory(Map<String, @Nullable Object> story) {
        return event(Level.INFO, "FLIGHT STORY COMPLETE", "story", story);
    }

    // --- rooms; ids of participants are public ones ---

    /** A room was created. */
    public static ServerEvent roomCreated(String code, String participantId) {
        return event(Level.INFO, "room:created", "roomCode", code, "participantId", participantId);
    }

    /** Somebody took a seat. */
    public static ServerEvent roomJoined(String code, String participantId) {
        return event(Level.INFO, "room:joined", "roomCode", code, "participantId", participantId);
    }

    /** A participant has left, or was replaced. */
    public static ServerEvent roomLeft(String code, String participantId, String reason) {
        return event(Level.INFO, "room:left", "roomCode", code, "participantId", participantId, "reason", reason);
    }

    /** A room is no more. */
    public static ServerEvent roomEnded(String code, String reason) {
        return event(Level.INFO, "room:ended", "roomCode", code, "reason", reason);
    }

    /** A participant was not heard of for so long that its seat looks empty. */
    public static ServerEvent roomSilent(String code, String participantId) {
        return event(Level.INFO, "room:silent", "roomCode", code, "participantId", participantId);
    }

    /** A silent participant was heard of again. */
    public static ServerEvent roomBack(String code, String participantId) {
        return event(Level.INFO, "room:back", "roomCode", code, "participantId", participantId);
    }

    // --- the services around signaling ---

    /** TURN credentials went to a client at {@code ip}. */
    public static ServerEvent turnIssued(String ip) {
        return event(Level.INFO, "turn:credentials_issued", "ip", ip);
    }

    /** Cloudflare brought no credentials; {@code untold} failures before this one were not worth a line. */
    public static ServerEvent turnError(String reason, long untold) {
        return event(Level.WARN, "turn:error", "reason", reason, "untold", untold);
    }

    /** The cloud reported an upload. */
    public static ServerEvent uploadSuccess(String fileKey) {
        return event(Level.INFO, "upload:success", "fileKey", fileKey);
    }

    /** The row of an upload is written. */
    public static ServerEvent uploadSaved(String fileKey) {
        return event(Level.INFO, "upload:db_saved", "fileKey", fileKey);
    }

    /** A call to UploadThing failed; {@code untold} failures before this one were not worth a line. */
    public static ServerEvent uploadError(String reason, long untold) {
        return event(Level.WARN, "upload:error", "reason", reason, "untold", untold);
    }

    /** Something about this one file is lost or wrong. */
    public static ServerEvent uploadError(String fileKey, String reason) {
        return event(Level.ERROR, "upload:error", "fileKey", fileKey, "reason", reason);
    }

    /** There are no uploads at all, and the operator should know. */
    public static ServerEvent uploadsOff(String reason) {
        return event(Level.WARN, "upload:error", "reason", reason);
    }

    /** A cleanup begins: this instance has the right to it. */
    public static ServerEvent cleanupStart() {
        return event(Level.INFO, "cleanup:start", "database", true);
    }

    /** A cleanup has ended: rows that were due, files that the cloud deleted, rows removed. */
    public static ServerEvent cleanupComplete(long found, long deletedRemotely, long pruned) {
        return event(
                Level.INFO,
                "cleanup:complete",
                "database",
                true,
                "found",
                found,
                "deletedRemotely",
                deletedRemotely,
                "pruned",
                pruned);
    }

    /** There was no cleanup, for {@code reason}. */
    public static ServerEvent cleanupSkipped(String reason) {
        return event(Level.INFO, "cleanup:skipped", "reason", reason);
    }

    /** A batch failed, or the whole run; {@code database} tells whether the database was there. */
    public static ServerEvent cleanupError(String reason, boolean database) {
        return event(Level.ERROR, "cleanup:error", "reason", reason, "database", database);
    }

    /** The database is away; {@code untold} attempts before this one failed otherwise. */
    public static ServerEvent databaseAway(String reason, long untold) {
        return event(Level.WARN, "database:away", "reason", reason, "untold", untold);
    }

    /** The database is back after {@code away}, in which {@code attempts} failed. */
    public static ServerEvent databaseBack(Duration away, long attempts) {
        return event(Level.INFO, "database:back", "seconds", seconds(away), "attempts", attempts);
    }

    /** The row of an upload is written, but for what the database can't hold. */
    public static ServerEvent uploadShortened(String fileKey, String reason) {
        return event(Level.WARN, "upload:error", "fileKey", fileKey, "reason", reason);
    }

    /** Somebody at {@code ip} was told the contact address. */
    public static ServerEvent emailRequest(String ip) {
        return event(Level.INFO, "email:request", "ip", ip);
    }

    /** Nobody was told it; {@code untold} failures before this one were not worth a line. */
    public static ServerEvent emailError(String reason, long untold) {
        return event(Level.WARN, "email:error", "reason", reason, "untold", untold);
    }

    // --- helpers ---

    private static double seconds(Duration time) {
        return time.toMillis() / 1_000.0;
    }

    private static ServerEvent refusal(Refusal refusal, @Nullable Object... keysAndValues) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("reason", refusal.reason());
        putAll(fields, keysAndValues);
        return new ServerEvent(Level.WARN, refusal.eventName(), fields, refusal);
    }

    private static ServerEvent event(Level level, String name, @Nullable Object... keysAndValues) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        putAll(fields, keysAndValues);
        return new ServerEvent(level, name, fields, null);
    }

    private static void putAll(Map<String, @Nullable Object> fields, @Nullable Object... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            fields.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
    }
}

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

    /** The database is away; {@code untold} attempts before this one failed alike. */
    public static ServerEvent databaseError(String reason, long untold) {
        return event(Level.WARN, "system:error", "where", "database", "reason", reason, "untold", untold);
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

    private static ServerEvent event(Level level, String name, @Nullable Object... keysAndValues) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(keysAndValues.length);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            fields.put((String) java.util.Objects.requireNonNull(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return new ServerEvent(level, name, Collections.unmodifiableMap(fields));
    }
}

package xyz.dropsilk.server.store;

import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The database did not do what it was asked. The message is fit for a log line: it has no cause and quotes nothing of the driver, whose words
 * name hosts, users and the values of rows.
 */
public final class DatabaseException extends Exception {
    private final String reason;
    private final String sqlState;

    private DatabaseException(String message, String sqlState) {
        super(message, null, false, false);
        this.reason = message;
        this.sqlState = sqlState;
    }

    static DatabaseException of(SQLException cause) {
        String state = sqlState(cause);
        return new DatabaseException(words(cause, state), state);
    }

    /** What went wrong, fit for a log line. */
    public String reason() {
        return reason;
    }

    /** Whether the values of this one statement are to blame, so that trying it again is pointless. */
    public boolean isDueToValues() {
        return sqlState.startsWith("22") || sqlState.startsWith("23"); // data exception, constraint violation
    }

    /** Whether the connection, or the session behind it, was lost. */
    boolean isDueToConnection() {
        return sqlState.startsWith("08") || sqlState.startsWith("57P"); // connection exception, operator intervention
    }

    /** The state of the innermost cause that has one: a pool wraps what the driver said. */
    private static String sqlState(SQLException cause) {
        String state = "";
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof SQLException sql && sql.getSQLState() != null) {
                state = sql.getSQLState();
            }
        }
        return state;
    }

    private static String words(SQLException cause, String state) {
        String code = state.isEmpty() ? "" : " (SQLSTATE " + state + ")";
        if (isTls(cause)) {
            return "no TLS connection to the database" + code;
        }
        if (state.isEmpty() || state.startsWith("08") || state.startsWith("57P")) {
            return "database unreachable" + code;
        }
        return (state.startsWith("28") ? "database refuses the login" : "database error") + code;
    }

    private static boolean isTls(@Nullable Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof SSLException) {
                return true;
            }
        }
        return false;
    }
}

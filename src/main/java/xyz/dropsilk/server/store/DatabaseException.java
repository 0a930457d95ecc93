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
    private final boolean dueToValues;

    private DatabaseException(String message, boolean dueToValues) {
        super(message, null, false, false);
        this.reason = message;
        this.dueToValues = dueToValues;
    }

    static DatabaseException of(SQLException cause) {
        String state = sqlState(cause);
        // Class 22, data exception, and 23, integrity constraint violation: PostgreSQL, Appendix A.
        return new DatabaseException(words(cause, state), state.startsWith("22") || state.startsWith("23"));
    }

    /** What went wrong, fit for a log line. */
    public String reason() {
        return reason;
    }

    /** Whether the values of this one statement are to blame, so that trying it again is pointless. */
    public boolean isDueToValues() {
        return dueToValues;
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
        if (isTls(cause)) {
            return "no TLS connection to the database that DATABASE_URL asks for";
        }
        if (state.isEmpty() || state.startsWith("08")) {
            return "database unreachable";
        }
        if (state.startsWith("28")) {
            return "database refuses the login (SQLSTATE " + state + ")";
        }
        return "database error (SQLSTATE " + state + ")";
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

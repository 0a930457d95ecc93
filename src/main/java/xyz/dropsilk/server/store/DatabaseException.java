package xyz.dropsilk.server.store;

import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The database did not do what it was asked. The message is fit for a log line: it has no cause and quotes nothing of the driver, whose words
 * name hosts, users and the values of rows.
 */
public final class DatabaseException extends Exception {
    private final String kind;
    private final String sqlState;

    private DatabaseException(String kind, String sqlState) {
        super(sqlState.isEmpty() ? kind : kind + " (SQLSTATE " + sqlState + ")", null, false, false);
        this.kind = kind;
        this.sqlState = sqlState;
    }

    static DatabaseException of(SQLException cause) {
        String state = sqlState(cause);
        return new DatabaseException(
                isTls(cause) ? "no TLS connection to the database" : SqlStates.words(state), state);
    }

    /** What went wrong, fit for a log line. */
    public String reason() {
        return String.valueOf(getMessage());
    }

    /** What went wrong without the SQLSTATE: the same for failures that differ only in who noticed them. */
    public String kind() {
        return kind;
    }

    /** Whether the values of this one statement are to blame, so that trying it again is pointless. */
    public boolean isDueToValues() {
        return SqlStates.isOfValues(sqlState);
    }

    /** Whether the database is known to be to blame, so that every other statement would fail too. */
    public boolean isDueToDatabase() {
        return sqlState.isEmpty() || SqlStates.isOfDatabase(sqlState);
    }

    /** Whether the connection, or the session behind it, was lost. */
    boolean isDueToConnection() {
        return sqlState.startsWith("08") || sqlState.startsWith("57P"); // connection exception, operator intervention
    }

    /** Whether the table is not there: dropped, or the database came back empty. */
    boolean isDueToMissingTable() {
        return sqlState.equals("42P01") || sqlState.equals("3F000");
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

    private static boolean isTls(@Nullable Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof SSLException) {
                return true;
            }
        }
        return false;
    }
}

package xyz.dropsilk.server.store;

import java.sql.SQLException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.GT;

/**
 * The database did not do what it was asked. The message is fit for a log line: it has no cause and quotes nothing of the driver, whose words
 * name hosts, users and the values of rows.
 */
public final class DatabaseException extends Exception {
    private static final String NO_TLS =
            "database speaks no TLS, which sslmode in DATABASE_URL, or DATABASE_SSL, asks for: set TLS up there, or"
                    + " sslmode=prefer, or on one machine sslmode=disable";

    /** The driver's word for it, which has no SQLSTATE of its own. */
    private static final String DRIVERS_NO_TLS = "The server does not support SSL.";

    private final String kind;
    private final String sqlState;

    private DatabaseException(String kind, String sqlState) {
        super(sqlState.isEmpty() ? kind : kind + " (SQLSTATE " + sqlState + ")", null, false, false);
        this.kind = kind;
        this.sqlState = sqlState;
    }

    static DatabaseException of(SQLException cause) {
        String state = sqlState(cause);
        return new DatabaseException(kind(cause, state), state);
    }

    private static String kind(SQLException cause, String state) {
        if (state.equals("08004") && isRefusalOfTls(cause)) {
            return NO_TLS;
        }
        return isTls(cause) ? "no TLS connection to the database" : SqlStates.words(state);
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

    /** By its text in the language that the driver speaks here. */
    private static boolean isRefusalOfTls(SQLException cause) {
        String text = GT.tr(DRIVERS_NO_TLS);
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (text.equals(each.getMessage())) {
                return true;
            }
        }
        return false;
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

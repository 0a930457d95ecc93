package xyz.dropsilk.server.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The right to clean up: an advisory lock of a session of its own, with no transaction open while others are asked for things. It ends with
 * the session, so an instance that dies gives it back. Used by one thread.
 */
public final class CleanupLock implements AutoCloseable {
    /** Two halves of one number, as {@code pg_locks} shows it. */
    private static final int CLASS = 0x64726f70; // "drop"

    private static final int OBJECT = 1;

    private static final String TAKE = "select pg_try_advisory_lock(" + CLASS + ", " + OBJECT + ")";
    private static final String RELEASE = "select pg_advisory_unlock(" + CLASS + ", " + OBJECT + ")";
    private static final String HELD = "select exists (select from pg_locks where locktype = 'advisory' and classid = "
            + CLASS + " and objid = " + OBJECT + " and pid = pg_backend_pid() and granted)";

    private final Database database;
    private final Connection session;

    private CleanupLock(Database database, Connection session) {
        this.database = database;
        this.session = session;
    }

    static Optional<CleanupLock> tryTake(Database database) throws DatabaseException {
        try {
            Connection session = database.connection();
            boolean taken = false;
            try {
                taken = isTrue(session, TAKE);
            } finally {
                if (!taken) {
                    session.close();
                }
            }
            database.used();
            return taken ? Optional.of(new CleanupLock(database, session)) : Optional.empty();
        } catch (SQLException e) {
            throw database.failed(e);
        }
    }

    /** Whether this instance still has the right, by the database's own word. False too once the session is lost, which says nothing of the database. */
    public boolean isHeld() {
        try {
            return isTrue(session, HELD);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Gives the right back. A session that can't do so is ended, which does the same. */
    @Override
    public void close() throws DatabaseException {
        try {
            boolean released = false;
            try {
                released = isTrue(session, RELEASE);
            } finally {
                if (released) {
                    session.close();
                } else {
                    database.discard(session);
                }
            }
        } catch (SQLException e) {
            throw database.failed(e);
        }
    }

    private static boolean isTrue(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() && rows.getBoolean(1);
        }
    }
}

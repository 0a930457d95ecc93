package xyz.dropsilk.server.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The one table. Made if it is missing, otherwise used as it is, since servers before this one made the same. */
final class Schema {
    /** Any number, the same in every instance. */
    private static final long LOCK = 0x64726f7073696c6bL; // "dropsilk"

    private static final String TABLE = """
            create table if not exists uploaded_files (
                id serial primary key,
                file_key text not null unique,
                file_url text not null,
                file_name text not null,
                uploaded_at timestamptz not null default now()
            )""";

    private Schema() {}

    /** Creates what is missing. Instances that start together take turns: "if not exists" alone fails in one of them. */
    static void create(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            if (!exists(statement)) {
                statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
                statement.execute(TABLE);
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Asked first, because a login that may only use the table may not have the right to create one. */
    private static boolean exists(Statement statement) throws SQLException {
        try (var rows = statement.executeQuery("select to_regclass('uploaded_files') is not null")) {
            return rows.next() && rows.getBoolean(1);
        }
    }
}

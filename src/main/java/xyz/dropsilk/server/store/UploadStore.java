package xyz.dropsilk.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table of uploaded files. Safe on any thread that may block. */
public final class UploadStore {
    // Without a conflict target, so that a table whose key has another kind of unique index does as well.
    private static final String INSERT =
            "insert into uploaded_files (file_key, file_url, file_name) values (?, ?, ?) on conflict do nothing";
    // By the database's clock, which dated the rows.
    private static final String EXPIRED = """
            select id, file_key from uploaded_files
            where id > ? and uploaded_at < now() - ? * interval '1 second'
            order by id limit ?""";
    private static final String DELETE = "delete from uploaded_files where file_key = any (?)";

    private final Database database;

    /**
     * An uploaded preview.
     *
     * @param key the file's key at the cloud
     * @param url the address under which it can be read
     * @param name the file's name, as the page gave it
     */
    public record Upload(String key, String url, String name) {
        /** The three as text that PostgreSQL takes: no NUL, no half of a surrogate pair. */
        public Upload {
            key = storable(key);
            url = storable(url);
            name = storable(name);
        }

        /** The same with nothing but ASCII, for a database whose encoding has not all characters; the key stays as it is. */
        public Upload inAscii() {
            return new Upload(key, ascii(url), ascii(name));
        }

        /** The key alone, which is enough to delete the file. */
        public Upload keyAlone() {
            return new Upload(key, "", "");
        }

        private static String ascii(String text) {
            return new String(text.getBytes(US_ASCII), US_ASCII);
        }

        /** What it takes to keep one in memory, in UTF-16 units. */
        public int length() {
            return key.length() + url.length() + name.length();
        }

        private static String storable(String text) {
            return new String(text.getBytes(UTF_8), UTF_8).replace('\0', '\uFFFD');
        }
    }

    /** A file that is due to go. */
    public record Expired(long id, String key) {}

    public UploadStore(Database database) {
        this.database = database;
    }

    /** Connects, and makes the table if it is missing. */
    public void reach() throws DatabaseException {
        database.call(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute("select 1");
            }
        });
    }

    /** Adds a row. One that is there already, since the cloud told of it twice, stays as it is. */
    public void insert(Upload upload) throws DatabaseException {
        database.call(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
                statement.setString(1, upload.key());
                statement.setString(2, upload.url());
                statement.setString(3, upload.name());
                return statement.executeUpdate();
            }
        });
    }

    /** At most {@code limit} files older than {@code retention} whose ids come after {@code afterId}, in the order of their ids. */
    public List<Expired> expired(Duration retention, long afterId, int limit) throws DatabaseException {
        return database.call(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(EXPIRED)) {
                statement.setLong(1, afterId);
                statement.setLong(2, retention.toSeconds());
                statement.setInt(3, limit);
                return read(statement);
            }
        });
    }

    /** Removes the rows of {@code keys}; returns how many there were. */
    public int delete(List<String> keys) throws DatabaseException {
        return database.call(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
                statement.setArray(1, connection.createArrayOf("text", keys.toArray()));
                return statement.executeUpdate();
            }
        });
    }

    /** The right to clean up, which one instance at a time has; empty while another has it. */
    public Optional<CleanupLock> tryLock() throws DatabaseException {
        return CleanupLock.tryTake(database);
    }

    private static List<Expired> read(PreparedStatement statement) throws SQLException {
        List<Expired> files = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                files.add(new Expired(rows.getLong(1), rows.getString(2)));
            }
        }
        return files;
    }
}

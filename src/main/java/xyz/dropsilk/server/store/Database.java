package xyz.dropsilk.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.URLEncoder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.config.DatabaseUrl;

/**
 * The pool of connections. Safe on any thread that may block, which event loops may not. Nothing is loaded or connected before the first use;
 * a database that is away costs each use no more than the time it allows.
 */
public final class Database implements AutoCloseable, Dependency {
    /** One for the rows of uploads, two for a cleanup: its lock and its work. Small hosted databases allow some twenty. */
    private static final int MAX_CONNECTIONS = 3;

    private static final long IDLE_LIMIT_MILLIS = 60_000;
    private static final long MAX_LIFETIME_MILLIS = 900_000;
    private static final long KEEP_ALIVE_MILLIS = 120_000;

    /**
     * Limits of each session at the server, in milliseconds: below the driver's own, so that a statement that waits for somebody's lock ends
     * there too, and leaves no session behind. A statement of its own, since poolers refuse settings at the start of a session.
     */
    private static final String SESSION_LIMITS = "set statement_timeout = 8000; set lock_timeout = 4000";

    private static final Map<String, String> DRIVER_DEFAULTS = Map.of(
            "ApplicationName", "dropsilk-server", "connectTimeout", "5", "socketTimeout", "10", "tcpKeepAlive", "true");

    private final DatabaseUrl url;
    private final Duration connectionLimit;
    private @Nullable Object meterRegistry;
    private @Nullable HikariDataSource pool;
    private boolean closed;
    private boolean prepared;

    /** Whether the last use found it there, and fit for use. Written when a use has ended, by its thread. */
    private volatile boolean there;

    /** What is done with a connection, in one piece. */
    @FunctionalInterface
    interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    /** The database of {@code url}; nothing happens yet. A use waits for a connection at most {@code connectionLimit}. */
    public Database(DatabaseUrl url, Duration connectionLimit) {
        this.url = url;
        this.connectionLimit = connectionLimit;
    }

    /** Has the pool, now or once it is made, add its meters to {@code registry}, which must be one that Hikari knows. At most once. */
    public synchronized void addMetersTo(Object registry) {
        meterRegistry = registry;
        if (pool != null && !closed) {
            pool.setMetricRegistry(registry);
        }
    }

    /** Closes the pool: idle connections now, those in use when their work ends. */
    @Override
    public synchronized void close() {
        closed = true;
        if (pool != null) {
            pool.close();
        }
    }

    @Override
    public State state() {
        return there ? State.UP : State.AWAY;
    }

    /** How many connections somebody has now; more than none at the end of all work is a leak. */
    synchronized int connectionsInUse() {
        return pool == null ? 0 : pool.getHikariPoolMXBean().getActiveConnections();
    }

    /**
     * Does {@code work} with a connection, each statement a transaction of its own; the table is there by then. Doing it twice must do no harm: a
     * connection that died in the pool is noticed only by using it, and so is a table that somebody dropped, or a database that came back empty.
     */
    <T> T call(Work<T> work) throws DatabaseException {
        T result;
        try {
            result = twice(work);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException e) { // no pool could be made
            there = false;
            throw e;
        }
        used();
        return result;
    }

    private <T> T twice(Work<T> work) throws SQLException {
        try {
            return once(work);
        } catch (SQLTransientConnectionException e) { // the pool's word that it got no connection
            throw e;
        } catch (SQLException e) {
            DatabaseException failure = DatabaseException.of(e);
            if (!failure.isDueToConnection() && !failure.isDueToMissingTable()) {
                throw e;
            }
        }
        return once(work);
    }

    /** A use has ended well. */
    void used() {
        there = true;
    }

    /** A use has ended with {@code cause}: the database was there all the same, unless it is to blame. */
    DatabaseException failed(SQLException cause) {
        DatabaseException failure = DatabaseException.of(cause);
        there = !failure.isDueToDatabase();
        return failure;
    }

    /** Whatever is not the statement's fault may be the session's, which may be read-only for ever: it is not used again. */
    private <T> T once(Work<T> work) throws SQLException {
        try (Connection connection = connection()) {
            try {
                return work.with(connection);
            } catch (SQLException e) {
                DatabaseException failure = DatabaseException.of(e);
                if (failure.isDueToMissingTable()) {
                    forgetTable();
                }
                if (!failure.isDueToValues()) {
                    pool().evictConnection(connection);
                }
                throw e;
            }
        }
    }

    private synchronized void forgetTable() {
        prepared = false;
    }

    /** A connection that the caller closes; the table is there. Whoever uses it says how that ended: {@link #used()} or {@link #failed}. */
    Connection connection() throws SQLException {
        assert !Threads.isLoop() : "JDBC on an event loop";
        Connection connection = pool().getConnection();
        try {
            prepare(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            discard(connection);
            throw e;
        }
    }

    /** Closes {@code connection} for good instead of giving it back. */
    void discard(Connection connection) throws SQLException {
        pool().evictConnection(connection);
        connection.close();
    }

    private void prepare(Connection connection) throws SQLException {
        synchronized (this) {
            if (prepared) {
                return;
            }
        }
        Schema.create(connection); // twice at once does no harm
        synchronized (this) {
            prepared = true;
        }
    }

    private synchronized HikariDataSource pool() throws SQLException {
        if (closed) {
            throw new SQLTransientConnectionException("closed");
        }
        if (pool == null) {
            pool = new HikariDataSource(poolSettings());
        }
        return pool;
    }

    private HikariConfig poolSettings() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("database");
        if (meterRegistry != null) {
            config.setMetricRegistry(meterRegistry);
        }
        config.setDriverClassName("org.postgresql.Driver");
        config.setJdbcUrl(url());
        if (url.user() != null) {
            config.setUsername(url.user());
        }
        if (url.password() != null) {
            config.setPassword(url.password().reveal());
        }
        config.setConnectionInitSql(SESSION_LIMITS);
        DRIVER_DEFAULTS.forEach(config::addDataSourceProperty);
        url.properties().forEach(config::addDataSourceProperty);
        config.setMaximumPoolSize(MAX_CONNECTIONS);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(connectionLimit.toMillis());
        config.setValidationTimeout(connectionLimit.toMillis());
        config.setInitializationFailTimeout(-1); // a database that is away is no reason not to start
        config.setIdleTimeout(IDLE_LIMIT_MILLIS);
        config.setMaxLifetime(MAX_LIFETIME_MILLIS);
        config.setKeepaliveTime(KEEP_ALIVE_MILLIS);
        return config;
    }

    /** Hosts and database only: what is secret goes to the driver by other ways than an address. */
    private String url() {
        String hosts = url.hosts().stream().map(DatabaseUrl.Host::toString).collect(Collectors.joining(","));
        return "jdbc:postgresql://" + hosts + "/" + URLEncoder.encode(url.database(), UTF_8);
    }
}

package xyz.dropsilk.server.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.PostgreSQLContainer;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.config.DatabaseUrl;

/**
 * A real PostgreSQL: in a container where a Docker engine answers, else one that comes with the tests. One server for all tests of a JVM, and
 * a database of its own for each object.
 */
public final class Postgres {
    /** Enough for loopback, and little to wait for a database that is away. */
    public static final Duration CONNECTION_LIMIT = Duration.ofMillis(1_500);

    /** On a busy machine too. */
    private static final Duration STARTUP_LIMIT = Duration.ofMinutes(1);

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Server server = Running.SERVER;
    private final String database = "test" + DATABASES.incrementAndGet();

    private record Server(String host, int port, String user, String password) {}

    /** Started on first use, stopped with the JVM. */
    private static final class Running {
        static final Server SERVER = hasDocker() ? inContainer() : embedded();
    }

    public Postgres() {
        this("");
    }

    /** A database made with {@code options} of {@code create database}. */
    public Postgres(String options) {
        execute("postgres", "create database " + database + " " + options);
    }

    /** Sets {@code setting} for new sessions of this database. */
    public void set(String setting) {
        execute("postgres", "alter database " + database + " set " + setting);
    }

    /** A session of its own in which {@code sql} was executed in a transaction that does not end before it is closed. */
    public Connection hold(String sql) {
        try {
            Connection connection = connect(database);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The database as it is. */
    public DatabaseUrl settings() {
        return settings(server.host, server.port);
    }

    /** The database behind {@code link}. */
    public DatabaseUrl settings(CuttableLink link) {
        return settings("127.0.0.1", link.port());
    }

    /** A link to the server. */
    public CuttableLink link() {
        return new CuttableLink(server.host, server.port);
    }

    public void execute(String sql) {
        execute(database, sql);
    }

    /** The first column of what {@code sql} finds. */
    public List<String> query(String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has the server refuse, once it has read its rules again, each session of this database that comes without TLS. */
    public void demandTls() {
        String file = query("show hba_file").get(0);
        List<String> rules = query("select quote_literal(rule) from unnest(string_to_array(pg_read_file('" + file
                + "'), E'\\n')) rule where rule <> '' and rule not like '#%'");
        execute("copy (values ('hostnossl " + database + " all all reject'), (" + String.join("), (", rules) + ")) to '"
                + file + "'");
        query("select pg_reload_conf()");
    }

    /** Ends all sessions of this database but its own. */
    public void endSessions() {
        query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                + " and pid <> pg_backend_pid()");
    }

    private DatabaseUrl settings(String host, int port) {
        return new DatabaseUrl(
                List.of(new DatabaseUrl.Host(host, port)),
                database,
                server.user,
                new Secret(server.password),
                Map.of("sslmode", "prefer"));
    }

    private void execute(String inDatabase, String sql) {
        try (Connection connection = connect(inDatabase);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connect(String to) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + server.host + ":" + server.port + "/" + to, server.user, server.password);
    }

    /** Looks before asking Testcontainers, which takes its time to find nothing and says so at length. */
    private static boolean hasDocker() {
        boolean worthAsking = System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
        return worthAsking && DockerClientFactory.instance().isDockerAvailable();
    }

    @SuppressWarnings("resource") // Testcontainers removes it after the JVM
    private static Server inContainer() {
        PostgreSQLContainer<?> container = new PostgreSQLContainer<>("postgres:16-alpine");
        container.start();
        return new Server(
                container.getHost(),
                container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                container.getUsername(),
                container.getPassword());
    }

    @SuppressWarnings("resource") // it stops itself with the JVM
    private static Server embedded() {
        try {
            EmbeddedPostgres started =
                    EmbeddedPostgres.builder().setPGStartupWait(STARTUP_LIMIT).start();
            return new Server("localhost", started.getPort(), "postgres", "postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

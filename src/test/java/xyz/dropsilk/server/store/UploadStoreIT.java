package xyz.dropsilk.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.DefaultEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.config.DatabaseUrl;
import xyz.dropsilk.server.store.UploadStore.Expired;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.Postgres;

@Timeout(60)
class UploadStoreIT {
    private static final Duration DAY = Duration.ofDays(1);

    private final Postgres postgres = new Postgres();
    private final Database database = new Database(postgres.settings(), Postgres.CONNECTION_LIMIT);
    private final UploadStore store = new UploadStore(database);

    @AfterEach
    void close() {
        assertEquals(0, database.connectionsInUse(), "a connection leaked");
        database.close();
    }

    @Test
    void aRowIsWrittenOnce() throws DatabaseException {
        store.insert(new UploadStore.Upload("k1", "https://u/1", "a.pptx"));
        store.insert(new UploadStore.Upload("k1", "https://u/2", "b.pptx"));
        assertEquals(
                List.of("k1 https://u/1 a.pptx"),
                postgres.query("select concat_ws(' ', file_key, file_url, file_name) from uploaded_files"));
    }

    @Test
    void namesThatPostgresRefusesAreStoredAllTheSame() throws DatabaseException {
        store.insert(new UploadStore.Upload("k1", "u", "a\0b\ud83dc'\"\\"));
        assertEquals(List.of("a\uFFFDb?c'\"\\"), postgres.query("select file_name from uploaded_files"));
    }

    @Test
    void theTableOfTheServerBeforeIsUsedAsItIs() throws DatabaseException {
        postgres.execute(
                "create table uploaded_files (id serial primary key, file_key text unique not null,"
                        + " file_url text not null, file_name text not null, uploaded_at timestamptz default current_timestamp)");
        postgres.execute("insert into uploaded_files (file_key, file_url, file_name, uploaded_at)"
                + " values ('old', 'u', 'n', now() - interval '25 hours')");
        store.insert(new UploadStore.Upload("new", "u", "n"));
        assertEquals(List.of(new Expired(1, "old")), store.expired(DAY, 0, 10));
    }

    @Test
    void instancesThatStartTogetherMakeOneTable() throws Exception {
        int instances = 8;
        ExecutorService executor = Executors.newFixedThreadPool(instances, Threads.named("instance"));
        CountDownLatch ready = new CountDownLatch(instances);
        List<Future<?>> starts = new ArrayList<>();
        List<Database> databases = new ArrayList<>();
        for (int i = 0; i < instances; i++) {
            Database instance = new Database(postgres.settings(), Postgres.CONNECTION_LIMIT);
            databases.add(instance);
            starts.add(executor.submit(() -> {
                ready.countDown();
                ready.await();
                new UploadStore(instance).reach();
                return null;
            }));
        }
        for (Future<?> start : starts) {
            start.get();
        }
        databases.forEach(Database::close);
        executor.shutdown();
        assertEquals(List.of("0"), postgres.query("select count(*) from uploaded_files"));
    }

    @Test
    void expiredOnesComeInOrderAndInPortions() throws DatabaseException {
        store.reach();
        postgres.execute("insert into uploaded_files (file_key, file_url, file_name, uploaded_at)"
                + " select 'k' || i, 'u', 'n', now() - i * interval '10 hours' from generate_series(1, 5) i");
        assertEquals(List.of(new Expired(3, "k3"), new Expired(4, "k4")), store.expired(DAY, 0, 2));
        assertEquals(List.of(new Expired(5, "k5")), store.expired(DAY, 4, 2));
        assertEquals(2, store.delete(List.of("k3", "k5", "unknown")));
        assertEquals(List.of("k1", "k2", "k4"), postgres.query("select file_key from uploaded_files order by id"));
    }

    @Test
    void oneInstanceAtATimeMayCleanUp() throws DatabaseException {
        try (Database other = new Database(postgres.settings(), Postgres.CONNECTION_LIMIT)) {
            UploadStore otherStore = new UploadStore(other);
            try (CleanupLock lock = store.tryLock().orElseThrow()) {
                assertTrue(lock.isHeld());
                assertTrue(otherStore.tryLock().isEmpty());
                assertEquals(
                        List.of("0"),
                        postgres.query("select count(*) from pg_stat_activity where datname = current_database()"
                                + " and state like 'idle in transaction%'"),
                        "no transaction is open while others are asked for things");
            }
            otherStore.tryLock().orElseThrow().close();
        }
    }

    @Test
    void aLostSessionLosesTheLock() throws DatabaseException {
        CleanupLock lock = store.tryLock().orElseThrow();
        postgres.endSessions();
        assertFalse(lock.isHeld());
        assertThrows(DatabaseException.class, lock::close);
        store.tryLock().orElseThrow().close();
    }

    @Test
    void aDatabaseThatIsAwaySaysSoInTime() throws DatabaseException {
        try (CuttableLink link = postgres.link();
                Database away = new Database(postgres.settings(link), Postgres.CONNECTION_LIMIT)) {
            UploadStore through = new UploadStore(away);
            through.reach();
            link.cut();
            assertUnreachable(through);
            link.deafen();
            long start = System.nanoTime();
            assertUnreachable(through);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertTrue(millis < Postgres.CONNECTION_LIMIT.toMillis() + 1_500, millis + " ms");
            link.mend();
            Await.until("the way back", () -> isThere(through));
        }
    }

    @Test
    void itsStateIsWhatTheLastUseFound() throws DatabaseException {
        try (CuttableLink link = postgres.link();
                Database used = new Database(postgres.settings(link), Postgres.CONNECTION_LIMIT)) {
            UploadStore through = new UploadStore(used);
            assertEquals(Dependency.State.AWAY, used.state(), "nobody has reached it yet");
            through.reach();
            assertEquals(Dependency.State.UP, used.state());
            postgres.execute("alter table uploaded_files add check (file_name <> 'bad')");
            assertThrows(DatabaseException.class, () -> through.insert(new UploadStore.Upload("k", "u", "bad")));
            assertEquals(Dependency.State.UP, used.state(), "that was the row's fault");
            link.cut();
            assertUnreachable(through);
            assertEquals(Dependency.State.AWAY, used.state());
            link.mend();
            Await.until("the way back", () -> isThere(through));
            assertEquals(Dependency.State.UP, used.state());
            postgres.set("default_transaction_read_only = on");
            postgres.endSessions();
            assertThrows(DatabaseException.class, () -> through.insert(new UploadStore.Upload("k", "u", "n")));
            assertEquals(Dependency.State.AWAY, used.state(), "there, and of no use");
        }
    }

    @Test
    void failuresNameNeitherUserNorPassword() {
        DatabaseUrl right = postgres.settings();
        DatabaseUrl wrong = new DatabaseUrl(
                right.hosts(),
                "nowhere-to-be-found",
                "who-is-this",
                new Secret("s3cret"),
                Map.of("sslmode", "disable"));
        try (Database refused = new Database(wrong, Postgres.CONNECTION_LIMIT)) {
            DatabaseException failure = assertThrows(DatabaseException.class, () -> new UploadStore(refused).reach());
            assertTrue(failure.reason().matches("database .*\\(SQLSTATE [0-9A-Z]{5}\\)"), failure.reason());
        }
    }

    @Test
    void requiringTlsOfAServerWithoutItFails() {
        DatabaseUrl plain = postgres.settings();
        DatabaseUrl strict = new DatabaseUrl(
                plain.hosts(), plain.database(), plain.user(), plain.password(), Map.of("sslmode", "require"));
        try (Database refused = new Database(strict, Postgres.CONNECTION_LIMIT)) {
            DatabaseException failure = assertThrows(DatabaseException.class, () -> new UploadStore(refused).reach());
            assertTrue(
                    failure.reason().startsWith("database speaks no TLS, which sslmode in DATABASE_URL"),
                    failure::reason);
            assertTrue(failure.reason().endsWith("(SQLSTATE 08004)"), failure::reason);
            assertTrue(failure.isDueToDatabase());
        }
    }

    /** The driver has the same SQLSTATE for others, whose cure is not TLS. */
    @Test
    void anotherRefusedConnectionIsNoMatterOfTls() {
        DatabaseException failure = DatabaseException.of(new PSQLException("hush", PSQLState.CONNECTION_REJECTED));
        assertEquals(
                "database refuses the connection: look at user and password in DATABASE_URL (SQLSTATE 08004)",
                failure.reason());
    }

    @Test
    void comingWithoutTlsToAServerThatDemandsItFails() {
        DatabaseUrl right = postgres.settings();
        DatabaseUrl plain = new DatabaseUrl(
                right.hosts(), right.database(), right.user(), right.password(), Map.of("sslmode", "disable"));
        postgres.demandTls();
        try (Database refused = new Database(plain, Postgres.CONNECTION_LIMIT)) {
            UploadStore without = new UploadStore(refused);
            Await.until("the new rules", () -> !isThere(without)); // the server reads them in its own time
            DatabaseException failure = assertThrows(DatabaseException.class, without::reach);
            assertTrue(failure.reason().contains("sslmode=require in DATABASE_URL"), failure::reason);
            assertTrue(failure.reason().endsWith("(SQLSTATE 28000)"), failure::reason);
        }
    }

    @Test
    void notOnAnEventLoop() throws InterruptedException {
        DefaultEventExecutor loop = new DefaultEventExecutor(Threads.loops());
        try {
            ExecutionException failure = assertThrows(
                    ExecutionException.class,
                    () -> loop.submit(() -> {
                                store.reach();
                                return null;
                            })
                            .get());
            assertInstanceOf(AssertionError.class, failure.getCause());
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }

    private static boolean isThere(UploadStore store) {
        try {
            store.reach();
            return true;
        } catch (DatabaseException e) {
            return false;
        }
    }

    private static void assertUnreachable(UploadStore store) {
        DatabaseException failure = assertThrows(DatabaseException.class, store::reach);
        assertTrue(failure.reason().startsWith("database unreachable"), failure.reason());
        assertFalse(failure.isDueToValues());
    }
}

package xyz.dropsilk.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.store.Database;
import xyz.dropsilk.server.store.UploadStore;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.Postgres;

@Timeout(60)
class UploadLedgerIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Postgres postgres = new Postgres();
    private final CuttableLink link = postgres.link();
    private final Database database = new Database(postgres.settings(link), Postgres.CONNECTION_LIMIT);
    private final CollectedEvents events = new CollectedEvents();
    private final UploadLedger ledger = new UploadLedger(new UploadStore(database), events, System::nanoTime);

    @AfterEach
    void close() throws InterruptedException {
        ledger.close(Duration.ZERO);
        database.close();
        link.close();
    }

    @Test
    void aRowIsThereWhenItsCallbackIsAnswered() {
        record("k1").join();
        assertEquals(List.of("k1"), keys());
        assertEquals(List.of(new UploadEvent.Saved("k1")), events.all());
    }

    @Test
    void rowsWaitInOrderForADatabaseThatIsAway() {
        link.cut();
        ledger.start();
        events.await("database:away", 1);
        List<String> expected = IntStream.range(0, 50).mapToObj(i -> "k" + i).toList();
        for (String key : expected) {
            assertTrue(record(key).isDone(), "nobody waits for a database that is known to be away");
        }
        link.mend();
        events.await("upload:db_saved", expected.size());
        assertEquals(expected, keys());
        assertEquals(1, events.named("database:away").size(), "told once, not at each attempt");
    }

    @Test
    void aHungDatabaseKeepsNobodyLong() {
        record("k1").join();
        link.deafen();
        long start = System.nanoTime();
        record("k2").join();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(millis < UploadLedger.ANSWERED_AFTER.toMillis() + 1_000, millis + " ms");
        link.mend();
        events.await("upload:db_saved", 2);
        assertEquals(List.of("k1", "k2"), keys());
    }

    @Test
    void whatDoesNotFitIsLoggedWithItsKey() {
        link.cut();
        ledger.start();
        events.await("database:away", 1);
        IntStream.range(0, UploadLedger.MAX_WAITING)
                .forEach(i -> assertTrue(record("k" + i).isDone()));
        assertEquals(List.of(), events.named("upload:error"));
        assertTrue(record("one too many").isDone());
        assertEquals(
                "one too many", events.named("upload:error").get(0).fields().get("fileKey"));
    }

    @Test
    void longNamesFillItSooner() {
        link.cut();
        ledger.start();
        events.await("database:away", 1);
        String name = "n".repeat(UploadLedger.MAX_WAITING_CHARS / 2);
        assertTrue(ledger.record(new UploadStore.Upload("k1", "u", name)).isDone());
        assertEquals(List.of(), events.named("upload:error"));
        assertTrue(ledger.record(new UploadStore.Upload("k2", "u", name)).isDone());
        assertEquals(1, events.named("upload:error").size());
    }

    @Test
    void whatIsUnwrittenAtTheEndIsLoggedKeyByKey() throws InterruptedException {
        link.cut();
        ledger.start();
        events.await("database:away", 1);
        assertTrue(record("k1").isDone());
        assertTrue(record("k2").isDone());
        ledger.close(LIMIT);
        assertEquals(
                List.of("k1", "k2"),
                events.named("upload:error").stream()
                        .map(event -> event.fields().get("fileKey"))
                        .toList());
        assertTrue(record("k3").isDone());
        assertEquals(3, events.named("upload:error").size(), "nor does one that comes after it get lost in silence");
    }

    @Test
    void theEndIsALastChance() throws InterruptedException {
        link.cut();
        ledger.start();
        events.await("database:away", 1);
        assertTrue(record("k1").isDone());
        link.mend();
        ledger.close(LIMIT);
        assertEquals(List.of("k1"), keys());
        assertEquals(List.of(), events.named("upload:error"));
    }

    @Test
    void aTableThatSomebodyDroppedIsMadeAgain() {
        record("k1").join();
        postgres.execute("drop table uploaded_files");
        record("k2").join();
        events.await("upload:db_saved", 2);
        assertEquals(List.of("k2"), keys());
        assertEquals(List.of(), events.named("upload:error"));
    }

    @Test
    void aReadOnlySpellEndsWithTheSetting() {
        postgres.set("default_transaction_read_only = on");
        ledger.start();
        assertEquals(
                "database is read-only (SQLSTATE 25006)",
                events.await("database:away", 1).fields().get("reason"));
        record("k1").join();
        postgres.set("default_transaction_read_only = off");
        events.await("upload:db_saved", 1);
        assertEquals(List.of("k1"), keys());
        assertEquals(1, events.named("database:back").size());
    }

    @Test
    void anOutageOfWritesIsOneThoughTheDatabaseAnswersMeanwhile() {
        record("k1").join();
        postgres.execute("create sequence tries");
        postgres.execute("create function refuse() returns trigger language plpgsql as $$ begin"
                + " if nextval('tries') <= 2 then raise exception 'read-only' using errcode = '25006'; end if;"
                + " return new; end $$");
        postgres.execute(
                "create trigger refused before insert on uploaded_files for each row execute function refuse()");
        CompletableFuture<?> written = record("k2");
        events.await("database:away", 1);
        int relapses = 0;
        Dependency.State last = Dependency.State.AWAY;
        while (events.named("database:back").isEmpty()) {
            Dependency.State now = database.state();
            relapses += now == Dependency.State.AWAY && last == Dependency.State.UP ? 1 : 0;
            last = now;
        }
        assertEquals(0, relapses, "away as long as no row is written, whatever else is answered");
        ServerEvent back = events.await("database:back", 1);
        assertEquals(2L, back.fields().get("attempts"));
        assertEquals(1, events.named("database:away").size());
        assertTrue(written.isDone());
        assertEquals(List.of("k1", "k2"), keys());
    }

    @Test
    void anOutageHasABeginningAndAnEnd() {
        link.cut();
        ledger.start();
        events.await("database:away", 1);
        link.mend();
        ServerEvent back = events.await("database:back", 1);
        record("k1").join();
        assertEquals(1, events.named("database:away").size());
        assertEquals(1, events.named("database:back").size());
        assertTrue((Long) Objects.requireNonNull(back.fields().get("attempts")) >= 1);
        assertTrue((Double) Objects.requireNonNull(back.fields().get("seconds")) > 0);
    }

    @Test
    void aStopAddsNothingToAnOutage() throws InterruptedException {
        link.cut();
        ledger.start();
        events.await("database:away", 1);
        record("k1").join();
        ledger.close(LIMIT);
        assertEquals(1, events.named("database:away").size());
    }

    @Test
    void whatADatabaseWithoutUnicodeCanNotHoldIsLeftOut() {
        Postgres latin = new Postgres("encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'");
        try (Database other = new Database(latin.settings(), Postgres.CONNECTION_LIMIT)) {
            UploadLedger inLatin = new UploadLedger(new UploadStore(other), events, System::nanoTime);
            inLatin.record(new UploadStore.Upload("k1", "https://u/k1", "caf\u00e9 \ud83d\ude00.pptx"))
                    .join();
            events.await("upload:db_saved", 1);
            assertEquals(List.of("k1"), latin.query("select file_key from uploaded_files"));
            inLatin.close(LIMIT);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aKeyThatIsTooLongForTheIndexHoldsUpNobody() {
        Random random = new Random(1);
        StringBuilder key = new StringBuilder();
        random.ints(9_000, 'a', 'z').forEach(letter -> key.append((char) letter));
        CompletableFuture<?> tooLong = record(key.toString());
        record("k2").join();
        assertTrue(tooLong.isDone());
        assertEquals(List.of("k2"), keys());
        assertEquals(1, events.named("upload:error").size());
        assertEquals(List.of(), events.named("database:away"));
    }

    @Test
    void aRefusalThatNobodyKnowsHoldsUpOnlyItsRow() {
        record("k0").join();
        postgres.execute("create function no() returns trigger language plpgsql as"
                + " $$ begin if new.file_key = 'k1' then raise exception 'no'; end if; return new; end $$");
        postgres.execute("create trigger no before insert on uploaded_files for each row execute function no()");
        record("k1");
        record("k2");
        events.await("upload:db_saved", 2);
        assertEquals(List.of("k0", "k2"), keys());
        assertEquals(List.of(), events.named("upload:error"), "it may be taken another time");
        postgres.execute("drop trigger no on uploaded_files");
        events.await("upload:db_saved", 3);
    }

    @Test
    void aLockedTableLeavesNoSessionBehind() throws Exception {
        record("k0").join();
        try (Connection lock = postgres.hold("lock table uploaded_files in access exclusive mode")) {
            record("k1").join();
            assertFalse(lock.isClosed());
            assertEquals(
                    "table uploaded_files is locked by another session (SQLSTATE 55P03)",
                    events.await("database:away", 1).fields().get("reason"));
            assertTrue(sessions() <= 3, "sessions: " + sessions());
        }
        events.await("upload:db_saved", 2);
    }

    private int sessions() {
        return Integer.parseInt(
                postgres.query("select count(*) from pg_stat_activity where datname = current_database()"
                                + " and application_name = 'dropsilk-server'")
                        .get(0));
    }

    @Test
    void oneRowThatPostgresRefusesDoesNotHoldUpTheOthers() {
        postgres.execute(
                "create table uploaded_files (id serial primary key, file_key text unique not null, file_url text not null,"
                        + " file_name text not null check (file_name <> 'bad'), uploaded_at timestamptz default now())");
        CompletableFuture<?> bad = ledger.record(new UploadStore.Upload("k1", "u", "bad"));
        record("k2").join();
        assertTrue(bad.isDone());
        assertEquals(List.of("k1", "k2"), keys(), "its key is enough to delete the file");
        assertEquals("k1", events.named("upload:error").get(0).fields().get("fileKey"));
        assertFalse(events.named("upload:error").get(0).toString().contains("bad"));
    }

    private CompletableFuture<@Nullable Void> record(String key) {
        return ledger.record(new UploadStore.Upload(key, "https://u/" + key, key + ".pptx"));
    }

    private List<String> keys() {
        return postgres.query("select file_key from uploaded_files order by id");
    }
}

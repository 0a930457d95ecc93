package xyz.dropsilk.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.store.Database;
import xyz.dropsilk.server.store.StoredUpload;
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
    private final UploadLedger ledger = new UploadLedger(new UploadStore(database), events);

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
        assertEquals(List.of(ServerEvent.uploadSaved("k1")), events.all());
    }

    @Test
    void rowsWaitInOrderForADatabaseThatIsAway() {
        link.cut();
        ledger.start();
        events.await("system:error", 1);
        List<String> expected = IntStream.range(0, 50).mapToObj(i -> "k" + i).toList();
        for (String key : expected) {
            assertTrue(record(key).isDone(), "nobody waits for a database that is known to be away");
        }
        link.mend();
        events.await("upload:db_saved", expected.size());
        assertEquals(expected, keys());
        assertEquals(1, events.named("system:error").size(), "told once, not at each attempt");
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
        events.await("system:error", 1);
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
        events.await("system:error", 1);
        String name = "n".repeat(UploadLedger.MAX_WAITING_CHARS / 2);
        assertTrue(ledger.record(new StoredUpload("k1", "u", name)).isDone());
        assertEquals(List.of(), events.named("upload:error"));
        assertTrue(ledger.record(new StoredUpload("k2", "u", name)).isDone());
        assertEquals(1, events.named("upload:error").size());
    }

    @Test
    void whatIsUnwrittenAtTheEndIsLoggedKeyByKey() throws InterruptedException {
        link.cut();
        ledger.start();
        events.await("system:error", 1);
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
        events.await("system:error", 1);
        assertTrue(record("k1").isDone());
        link.mend();
        ledger.close(LIMIT);
        assertEquals(List.of("k1"), keys());
        assertEquals(List.of(), events.named("upload:error"));
    }

    @Test
    void oneRowThatPostgresRefusesDoesNotHoldUpTheOthers() {
        postgres.execute(
                "create table uploaded_files (id serial primary key, file_key text unique not null, file_url text not null,"
                        + " file_name text not null check (file_name <> 'bad'), uploaded_at timestamptz default now())");
        CompletableFuture<?> bad = ledger.record(new StoredUpload("k1", "u", "bad"));
        record("k2").join();
        assertTrue(bad.isDone());
        assertEquals(List.of("k2"), keys());
        assertEquals("k1", events.named("upload:error").get(0).fields().get("fileKey"));
        assertFalse(events.named("upload:error").get(0).toString().contains("bad"));
    }

    private CompletableFuture<@Nullable Void> record(String key) {
        return ledger.record(new StoredUpload(key, "https://u/" + key, key + ".pptx"));
    }

    private List<String> keys() {
        return postgres.query("select file_key from uploaded_files order by id");
    }
}

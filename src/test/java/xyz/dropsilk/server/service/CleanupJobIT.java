package xyz.dropsilk.server.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.remote.Outbound;
import xyz.dropsilk.server.store.CleanupLock;
import xyz.dropsilk.server.store.Database;
import xyz.dropsilk.server.store.DatabaseException;
import xyz.dropsilk.server.store.UploadStore;
import xyz.dropsilk.server.testing.Await;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.CuttableLink;
import xyz.dropsilk.server.testing.FakeCloud;
import xyz.dropsilk.server.testing.ManualTicker;
import xyz.dropsilk.server.testing.Postgres;
import xyz.dropsilk.server.testing.Vectors;
import xyz.dropsilk.server.uploadthing.FileKeys;

@Timeout(60)
class CleanupJobIT {
    private static final String DELETE = "deleteFiles";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Of a database that is there on a busy machine; two tests wait for it. */
    private static final Duration CONNECTION_LIMIT = Duration.ofSeconds(4);

    private final Postgres postgres = new Postgres();
    private final CuttableLink link = postgres.link();
    private final FakeCloud cloud = new FakeCloud();
    private final Outbound outbound = new Outbound();
    private final Database database = new Database(postgres.settings(link), CONNECTION_LIMIT);
    private final UploadStore store = new UploadStore(database);
    private final CollectedEvents events = new CollectedEvents();
    private final ManualTicker ticker = new ManualTicker();
    private final CleanupJob job = job(store, events);

    @AfterEach
    void close() throws InterruptedException {
        cloud.close();
        stop(job, LIMIT);
        database.close();
        link.close();
        outbound.close();
    }

    @Test
    void oldFilesGoAtTheCloudAndThenHere() throws DatabaseException {
        expired(2);
        postgres.execute("insert into uploaded_files (file_key, file_url, file_name) values ('young', 'u', 'n')");
        assertTrue(job.run());
        assertEquals(List.of("{\"fileKeys\":[\"k1\",\"k2\"]}"), asked());
        assertEquals(List.of("young"), rows());
        assertEquals(List.of(new CleanupEvent.Start(true), new CleanupEvent.Complete(true, 2, 2, 2)), events.all());
    }

    @Test
    void manyGoInBatches() throws DatabaseException {
        expired(2 * CleanupJob.BATCH + 1);
        job.run();
        assertEquals(3, asked().size());
        assertEquals(List.of(), rows());
        int all = 2 * CleanupJob.BATCH + 1;
        assertEquals(new CleanupEvent.Complete(true, all, all, all), events.await("cleanup:complete", 1));
    }

    @Test
    void whatTheCloudDoesNotDeleteStaysForTheNextRunAndIsToldOnce() throws DatabaseException {
        expired(1);
        cloud.reply(
                DELETE,
                FakeCloud.json(200, "{\"success\":false,\"deletedCount\":0}"),
                FakeCloud.json(500, "{}"),
                FakeCloud.json(200, "junk"),
                FakeCloud.json(200, "{\"success\":true}"),
                FakeCloud.cutOff(), // and the second try of the same call:
                FakeCloud.cutOff(),
                FakeCloud.deletes());
        for (int failures = 0; failures < 5; failures++) {
            assertTrue(job.run());
            assertEquals(List.of("k1"), rows());
            ticker.pass(Duration.ofHours(1));
        }
        job.run();
        assertEquals(List.of(), rows());
        assertEquals(
                List.of(
                        new CleanupEvent.Failed("the cloud did not delete", true),
                        new CleanupEvent.Failed("refused with status 500", true),
                        new CleanupEvent.Failed("malformed answer", true),
                        new CleanupEvent.Failed("no connection, or it broke", true),
                        new CleanupEvent.Over("no connection, or it broke", Duration.ofHours(5), 5)),
                events.named("cleanup:error"),
                "each kind once, in however many runs, and the end");
    }

    /** A run that deletes some of what it should is no end. */
    @Test
    void anOutageOfTheCloudEndsWithARunInWhichNothingFails() throws DatabaseException {
        expired(2 * CleanupJob.BATCH);
        cloud.reply(DELETE, FakeCloud.json(500, ""), FakeCloud.deletes(), FakeCloud.json(500, ""), FakeCloud.deletes());
        job.run();
        job.run();
        assertEquals(1, events.named("cleanup:error").size());
        job.run();
        job.run();
        assertEquals(
                List.of(
                        new CleanupEvent.Failed("refused with status 500", true),
                        new CleanupEvent.Over("refused with status 500", Duration.ZERO, 2)),
                events.named("cleanup:error"));
    }

    @Test
    void aDatabaseThatIsAwayForSomeRunsIsToldAtItsBeginningAndItsEnd() {
        link.cut();
        for (int i = 0; i < 2; i++) {
            assertFalse(job.run());
            ticker.pass(Duration.ofMinutes(1));
        }
        assertEquals(Dependency.State.AWAY, database.state());
        link.mend();
        assertTrue(job.run());
        assertEquals(Dependency.State.UP, database.state());
        job.run();
        List<ServerEvent> told = events.named("cleanup:error");
        assertEquals(2, told.size(), told::toString);
        CleanupEvent.Failed begin = (CleanupEvent.Failed) told.get(0);
        assertTrue(begin.reason().startsWith("database unreachable"), told::toString);
        assertEquals(new CleanupEvent.Over(begin.reason(), Duration.ofMinutes(2), 2), told.get(1));
    }

    @Test
    void oneBatchThatFailsDoesNotStopTheOthers() throws DatabaseException {
        expired(3 * CleanupJob.BATCH);
        cloud.reply(DELETE, FakeCloud.deletes(), FakeCloud.json(500, ""), FakeCloud.deletes());
        job.run();
        assertEquals(
                IntStream.rangeClosed(CleanupJob.BATCH + 1, 2 * CleanupJob.BATCH)
                        .mapToObj(i -> "k" + i)
                        .toList(),
                rows());
        assertEquals(new CleanupEvent.Complete(true, 300, 200, 200), events.await("cleanup:complete", 1));
    }

    @Test
    void aShortCountIsLookedIntoKeyByKey() throws DatabaseException {
        expired(3);
        cloud.reply(
                DELETE,
                FakeCloud.json(200, "{\"success\":true,\"deletedCount\":1}"),
                FakeCloud.json(200, "{\"success\":true,\"deletedCount\":0}"), // k1 was gone already
                FakeCloud.json(200, "{\"success\":false,\"deletedCount\":0}"), // k2 is still there
                FakeCloud.deletes());
        job.run();
        assertEquals(
                List.of(
                        "{\"fileKeys\":[\"k1\",\"k2\",\"k3\"]}",
                        "{\"fileKeys\":[\"k1\"]}",
                        "{\"fileKeys\":[\"k2\"]}",
                        "{\"fileKeys\":[\"k3\"]}"),
                asked());
        assertEquals(List.of("k2"), rows());
        assertEquals(new CleanupEvent.Complete(true, 3, 2, 2), events.await("cleanup:complete", 1));
    }

    @Test
    void twoInstancesAskForNoFileTwice() throws Exception {
        int files = 5 * CleanupJob.BATCH;
        expired(files);
        CollectedEvents otherEvents = new CollectedEvents();
        try (Database other = new Database(postgres.settings(), CONNECTION_LIMIT)) {
            CleanupJob otherJob = job(new UploadStore(other), otherEvents);
            job.start();
            otherJob.start();
            Await.until("both", () -> ended(events) && ended(otherEvents));
            stop(otherJob, LIMIT);
        }
        List<String> keys = asked().stream()
                .flatMap(body -> Pattern.compile("k[0-9]+").matcher(body).results())
                .map(MatchResult::group)
                .toList();
        assertEquals(files, keys.size());
        assertEquals(files, Set.copyOf(keys).size());
        assertEquals(List.of(), rows());
    }

    @Test
    void aLockThatNobodyEverGivesBackIsToldLoudly() throws DatabaseException {
        try (CleanupLock held = store.tryLock().orElseThrow()) {
            assertTrue(held.isHeld());
            for (int run = 1; run < CleanupJob.MAX_SKIPS; run++) {
                job.run();
            }
            assertEquals(List.of(), events.named("cleanup:error"));
            for (int run = 0; run < 4; run++) {
                job.run();
                ticker.pass(Duration.ofHours(1));
            }
        }
        job.run();
        job.run();
        List<ServerEvent> told = events.named("cleanup:error");
        assertEquals(2, told.size(), told::toString);
        String reason = String.valueOf(told.get(0).fields().get("reason"));
        assertTrue(reason.contains("pooler"), reason);
        assertEquals(new CleanupEvent.Over(reason, Duration.ofHours(4), 4), told.get(1));
    }

    @Test
    void anotherInstancesRunIsLeftAlone() throws DatabaseException {
        expired(1);
        try (CleanupLock held = store.tryLock().orElseThrow()) {
            assertTrue(held.isHeld());
            job.run();
        }
        assertEquals(List.of(), asked());
        assertEquals(List.of(new CleanupEvent.Skipped("another instance is cleaning up")), events.all());
    }

    @Test
    void withoutTheLockNothingMoreIsDeleted() throws DatabaseException {
        expired(3 * CleanupJob.BATCH);
        cloud.reply(DELETE, (exchange, fake) -> {
            postgres.endSessions();
            FakeCloud.deletes().to(exchange, fake);
        });
        job.run();
        assertEquals(1, asked().size());
        assertEquals(2 * CleanupJob.BATCH, rows().size(), "what was deleted is noted");
        assertEquals(
                new CleanupEvent.Failed("the lock was lost with its database session", false),
                events.await("cleanup:error", 1));
    }

    @Test
    void aDatabaseKilledInTheMiddleAndBroughtBack() throws DatabaseException {
        expired(2 * CleanupJob.BATCH);
        cloud.reply(
                DELETE,
                (exchange, fake) -> {
                    link.cut();
                    FakeCloud.deletes().to(exchange, fake);
                },
                FakeCloud.json(200, "{\"success\":true,\"deletedCount\":0}"));
        assertFalse(job.run());
        assertEquals(2 * CleanupJob.BATCH, rows().size(), "rows whose files are gone, but nobody could note it");
        String reason = String.valueOf(events.await("cleanup:error", 1).fields().get("reason"));
        assertTrue(reason.startsWith("database unreachable"), reason);
        link.mend();
        assertTrue(job.run());
        assertEquals(List.of(), rows());
        assertEquals(
                new CleanupEvent.Complete(true, 2 * CleanupJob.BATCH, 0, 2 * CleanupJob.BATCH),
                events.await("cleanup:complete", 2));
    }

    @Test
    void stoppingLetsTheBatchEnd() throws Exception {
        expired(3 * CleanupJob.BATCH);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        cloud.reply(DELETE, (exchange, fake) -> {
            asked.countDown();
            answer.await();
            FakeCloud.deletes().to(exchange, fake);
        });
        job.start();
        asked.await();
        Thread stopping = new Thread(() -> {
            try {
                stop(job, LIMIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stopping.start();
        Await.until("the stop", () -> stopping.getState() == Thread.State.TIMED_WAITING);
        answer.countDown();
        stopping.join();
        assertEquals(1, asked().size());
        assertEquals(2 * CleanupJob.BATCH, rows().size());
    }

    @Test
    void aCloudThatHangsDoesNotHoldUpTheEnd() throws Exception {
        expired(1);
        cloud.reply(DELETE, FakeCloud.hang());
        job.start();
        Await.until("the call", () -> !asked().isEmpty());
        long start = System.nanoTime();
        stop(job, Duration.ofMillis(200));
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(2).toNanos());
        assertEquals(List.of("k1"), rows());
    }

    private static void stop(CleanupJob job, Duration limit) throws InterruptedException {
        job.stop();
        job.awaitStop(limit);
    }

    private CleanupJob job(UploadStore of, CollectedEvents seenBy) {
        Secret token = new Secret(Vectors.section("handler").path("token").asText());
        PreviewCloud app = new PreviewCloud(
                outbound, new PreviewCloud.Settings(token, cloud.uri(), cloud.uri()), FileKeys.random());
        return new CleanupJob(
                of,
                app,
                new CleanupJob.Settings(Duration.ofHours(24), Duration.ZERO),
                InstantSource.system(),
                ticker,
                seenBy);
    }

    private void expired(int count) throws DatabaseException {
        store.reach();
        postgres.execute("insert into uploaded_files (file_key, file_url, file_name, uploaded_at)"
                + " select 'k' || i, 'u', 'n', now() - interval '24 hours 1 minute' from generate_series(1, " + count
                + ") i");
    }

    private List<String> rows() {
        return postgres.query("select file_key from uploaded_files order by id");
    }

    private List<String> asked() {
        return new ArrayList<>(
                cloud.seen(DELETE).stream().map(FakeCloud.Seen::body).toList());
    }

    private static boolean ended(CollectedEvents events) {
        return !events.named("cleanup:complete").isEmpty()
                || !events.named("cleanup:skipped").isEmpty();
    }
}

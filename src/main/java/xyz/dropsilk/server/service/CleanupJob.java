package xyz.dropsilk.server.service;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Periodic;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.meter.Counts;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.remote.RemoteException;
import xyz.dropsilk.server.store.CleanupLock;
import xyz.dropsilk.server.store.DatabaseException;
import xyz.dropsilk.server.store.UploadStore;
import xyz.dropsilk.server.store.UploadStore.Expired;
import xyz.dropsilk.server.uploadthing.UploadThing;

/**
 * Deletes previews that are older than their retention: first at the cloud, then their rows. Runs on a thread of its own, at the start and then
 * at intervals, one run at a time over all instances that share the database. What fails is left for the next run.
 */
public final class CleanupJob {
    /** Files in one request to the cloud, which states no limit. */
    static final int BATCH = 100;

    /** No run takes so many intervals that another instance finds the lock taken as often as this. */
    static final int MAX_SKIPS = 3;

    /** A run that did not reach the database is repeated after this, or after the interval if that is shorter. */
    private static final Duration UNREACHED_PAUSE = Duration.ofMinutes(1);

    private final UploadStore store;
    private final PreviewCloud cloud;
    private final Settings settings;
    private final EventSink events;
    private final Outage databaseOutage;
    private final Outage lockOutage;
    private final Outage cloudOutage;
    private final ScheduledExecutorService worker = Threads.scheduled("cleanup");
    private final Counts<RunResult> runs = Counts.of(RunResult.class, RunResult::word);
    private final LongAdder filesDeleted = new LongAdder();
    private final InstantSource clock;
    private volatile boolean stopping;

    /** When a run last left nothing undone; null for never. */
    private volatile @Nullable Instant lastGood;

    /** Runs in a row in which another session had the lock. The worker's own. */
    private int skips;

    /** How a run went, as it is counted. */
    private enum RunResult {
        /** All that is old is gone. */
        OK,
        FAILED,
        /** Another instance was cleaning up, or the token is no good. */
        SKIPPED,
        /** Another session has had the lock for so many runs that nobody may ever give it back. */
        LOCKED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * When to clean up.
     *
     * @param retention how old a preview becomes
     * @param interval from the end of one run to the next; zero for the one at the start only
     */
    public record Settings(Duration retention, Duration interval) {}

    /** Cleans up what {@code store} knows at {@code cloud}; {@code ticker} counts nanoseconds. */
    public CleanupJob(
            UploadStore store,
            PreviewCloud cloud,
            Settings settings,
            InstantSource clock,
            LongSupplier ticker,
            EventSink events) {
        this.clock = clock;
        this.store = store;
        this.cloud = cloud;
        this.settings = settings;
        this.events = events;
        databaseOutage = outage(/* database= */ false, ticker);
        lockOutage = outage(/* database= */ true, ticker);
        cloudOutage = outage(/* database= */ true, ticker);
    }

    private Outage outage(boolean database, LongSupplier ticker) {
        return new Outage(
                events, (reason, untold) -> new CleanupEvent.Failed(reason, database), CleanupEvent.Over::new, ticker);
    }

    /** Adds what runs did to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counters("dropsilk_cleanup_runs_total", "Runs of the cleanup, by result.", "result", runs::sums);
        meters.counter(
                "dropsilk_cleanup_files_total", "Files that the cleanup deleted at the cloud.", filesDeleted::sum);
        meters.gauge(
                "dropsilk_cleanup_last_good_timestamp_seconds",
                "When a run of the cleanup last left nothing undone; NaN before the first.",
                this::lastGoodSeconds);
    }

    private double lastGoodSeconds() {
        Instant last = lastGood;
        return last == null ? Double.NaN : last.getEpochSecond();
    }

    /** Runs now and from then on. */
    public void start() {
        new Periodic("cleanup", worker, events).after(Duration.ZERO, this::runAndWait, repeatedAfter());
    }

    /** Begins no other batch. */
    public void stop() {
        stopping = true;
        worker.shutdown();
    }

    /** Waits, once stopped, until the batch that is being deleted has ended; after {@code limit} it is given up. */
    public void awaitStop(Duration limit) throws InterruptedException {
        if (!worker.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            worker.shutdownNow();
        }
    }

    /** How long until the next run; zero for never. */
    private Duration runAndWait() {
        Duration next = settings.interval;
        if (!run()) {
            next = repeatedAfter();
        }
        return stopping ? Duration.ZERO : next;
    }

    private Duration repeatedAfter() {
        Duration interval = settings.interval;
        return interval.isZero() || interval.compareTo(UNREACHED_PAUSE) > 0 ? UNREACHED_PAUSE : interval;
    }

    /** One run; whether the database was there. */
    boolean run() {
        try {
            UploadThing app = cloud.app();
            Optional<CleanupLock> lock = store.tryLock();
            databaseOutage.over();
            if (lock.isEmpty()) {
                skipped();
                return true;
            }
            skips = 0;
            lockOutage.over();
            try (CleanupLock held = lock.get()) {
                events.publish(new CleanupEvent.Start(true));
                if (new Run(app, held).perform()) {
                    lastGood = clock.instant();
                    runs.increment(RunResult.OK);
                } else {
                    runs.increment(RunResult.FAILED);
                }
            }
            return true;
        } catch (UploadRefused e) {
            runs.increment(RunResult.SKIPPED);
            String text = e.text();
            events.publish(new CleanupEvent.Skipped(text == null ? "the token names no host" : text));
            return true;
        } catch (DatabaseException e) {
            runs.increment(RunResult.FAILED);
            databaseOutage.failed(e.kind(), e.reason());
            return false;
        }
    }

    /** Somebody else cleans up. A lock that nobody ever gives back is left over in a pooled session, and needs a hand. */
    private void skipped() {
        if (++skips < MAX_SKIPS) {
            runs.increment(RunResult.SKIPPED);
            events.publish(new CleanupEvent.Skipped("another instance is cleaning up"));
        } else {
            runs.increment(RunResult.LOCKED);
            lockOutage.failed(
                    "locked",
                    "the cleanup lock has been taken for " + skips
                            + " runs: behind a pooler in transaction mode it can stay"
                            + " on a session for ever; use the database's own address, or end that session");
        }
    }

    /** What one run has done so far. Failures at the cloud that are all alike are told once over all runs; the numbers at its end tell the rest. */
    private final class Run {
        private final UploadThing app;
        private final CleanupLock lock;
        private long found;
        private long deletedRemotely;
        private long pruned;
        private boolean lostLock;
        private boolean failed;
        private boolean deleted;

        Run(UploadThing app, CleanupLock lock) {
            this.app = app;
            this.lock = lock;
        }

        /** Whether nothing is left undone. */
        boolean perform() throws DatabaseException {
            try {
                long last = 0;
                while (mayGoOn()) {
                    List<Expired> files = store.expired(settings.retention, last, BATCH);
                    if (files.isEmpty()) {
                        break;
                    }
                    found += files.size();
                    last = files.get(files.size() - 1).id();
                    clean(files.stream().map(Expired::key).toList());
                }
            } finally {
                filesDeleted.add(deletedRemotely);
                events.publish(new CleanupEvent.Complete(true, found, deletedRemotely, pruned));
            }
            if (deleted && !failed) { // not after the first batch, or a run that half fails would tell an end and a
                // beginning each time
                cloudOutage.over();
            }
            return !failed && !lostLock && !stopping;
        }

        private void clean(List<String> keys) throws DatabaseException {
            UploadThing.Deleted deleted = delete(keys);
            if (deleted == null) {
                return;
            }
            deletedRemotely += deleted.deletedCount();
            List<String> gone = deleted.deletedCount() < keys.size() && keys.size() > 1 ? goneOneByOne(keys) : keys;
            if (!gone.isEmpty()) {
                pruned += store.delete(gone);
            }
        }

        /** Which of {@code keys} are gone, after an answer that does not tell: some were gone before, or some are still there. */
        private List<String> goneOneByOne(List<String> keys) {
            List<String> gone = new ArrayList<>();
            for (String key : keys) {
                if (!mayGoOn()) {
                    break;
                }
                UploadThing.Deleted deleted = delete(List.of(key));
                if (deleted != null) {
                    deletedRemotely += deleted.deletedCount();
                    gone.add(key);
                }
            }
            return gone;
        }

        /** What the cloud says, if it says that the deletion succeeded; else null, and told. */
        private UploadThing.@Nullable Deleted delete(List<String> keys) {
            try {
                UploadThing.Deleted answer = app.delete(keys).get();
                if (answer.success()) {
                    deleted = true;
                    return answer;
                }
                failed = true;
                cloudOutage.failed("the cloud did not delete");
            } catch (ExecutionException e) {
                failed = true;
                if (e.getCause() instanceof RemoteException remote) {
                    cloudOutage.failed(remote.reason());
                } else {
                    events.publish(new SystemEvent.Fault("cleanup", e));
                }
            } catch (InterruptedException e) {
                stopping = true; // only a stop that has run out of time interrupts
            }
            return null;
        }

        /** Not while stopping; and without the lock another instance may be asking for the same files. */
        private boolean mayGoOn() {
            if (stopping || lostLock) {
                return false;
            }
            lostLock = !lock.isHeld();
            if (lostLock) {
                events.publish(
                        new CleanupEvent.Failed("the lock was lost with its database session", /* database= */ false));
            }
            return !lostLock;
        }
    }
}

package xyz.dropsilk.server.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Backoff;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.store.DatabaseException;
import xyz.dropsilk.server.store.UploadStore;

/**
 * The way of uploads into the database: a bounded queue, written in order by a thread of its own. While the database is away they wait, and it
 * is asked again after pauses that grow; a row that does not fit, or is unwritten at the end, is an error in the log with its key.
 * Safe on any thread; only {@link #close(Duration)} blocks.
 */
public final class UploadLedger implements Uploads.Records {
    static final int MAX_WAITING = 1_000;
    /** In UTF-16 units, over all that wait: names are as long as pages make them. */
    static final int MAX_WAITING_CHARS = 2 * 1024 * 1024;

    /** A callback is not kept longer than this for its row. */
    static final Duration ANSWERED_AFTER = Duration.ofSeconds(3);

    /** How often a row is tried that the database refuses for a reason nobody knows. */
    static final int MAX_ATTEMPTS = 6;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final UploadStore store;
    private final EventSink events;
    private final Outage outage;
    private final ScheduledExecutorService writer = Threads.scheduled("upload-ledger");

    @GuardedBy("this")
    private final Queue<Entry> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private int waitingChars;

    @GuardedBy("this")
    private boolean closed;

    /** Whether the last attempt failed and the next one is due after a pause. Written by the writer alone. */
    private volatile boolean away;

    /** Whether the last attempt reached the database. The writer's own. */
    private boolean connected;

    private final LongAdder saved = new LongAdder();
    private final LongAdder lost = new LongAdder();

    /** The writer's own. */
    private final Backoff pause = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);

    /** A row that waits. */
    private static final class Entry {
        final UploadStore.Upload upload;
        final CompletableFuture<@Nullable Void> written = new CompletableFuture<>();

        /** How often the database refused it for a reason nobody knows. The writer's own. */
        int attempts;

        Entry(UploadStore.Upload upload) {
            this.upload = upload;
        }
    }

    /** Writes to {@code store}; {@code ticker} counts nanoseconds. */
    public UploadLedger(UploadStore store, EventSink events, LongSupplier ticker) {
        this.store = store;
        this.events = events;
        this.outage = new Outage(
                events,
                DatabaseEvent.Away::new,
                (reason, lasted, attempts) -> new DatabaseEvent.Back(lasted, attempts),
                ticker);
    }

    /** Adds what is known of rows to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counters(
                "dropsilk_upload_rows_total",
                "Rows of uploads, by what became of them.",
                "result",
                () -> Map.of("saved", saved.sum(), "lost", lost.sum()));
        meters.gauge("dropsilk_upload_rows_waiting", "Rows of uploads that wait for the database.", this::size);
    }

    /** Connects in the background, and keeps trying. */
    public void start() {
        writer.execute(this::write);
    }

    /** Takes {@code upload}. Completes, never with a failure, once its row is written or is not worth waiting for any more. */
    @Override
    public CompletableFuture<@Nullable Void> record(UploadStore.Upload upload) {
        Entry entry = new Entry(upload);
        synchronized (this) {
            boolean fits = waiting.size() < MAX_WAITING && waitingChars + upload.length() <= MAX_WAITING_CHARS;
            if (closed || !fits) {
                lost(upload, fits ? "no row: the server is stopping" : "no row: too many wait for the database");
                return CompletableFuture.completedFuture(null);
            }
            waiting.add(entry);
            waitingChars += upload.length();
            if (away) {
                return CompletableFuture.completedFuture(null);
            }
            writer.execute(this::write);
        }
        return entry.written.completeOnTimeout(null, ANSWERED_AFTER.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Takes no more, tries once more to write what waits, within {@code limit}, and logs what is still left. */
    public void close(Duration limit) throws InterruptedException {
        Future<?> last;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            last = waiting.isEmpty() ? CompletableFuture.completedFuture(null) : writer.submit(this::tryToWrite);
        }
        try {
            last.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // what is left is logged below
        }
        writer.shutdownNow();
        synchronized (this) {
            waiting.forEach(entry -> lost(entry.upload, "no row: the database was away until the server stopped"));
            waiting.clear();
        }
    }

    private void write() {
        if (!away) {
            tryToWrite();
        }
    }

    private void tryToWrite() {
        try {
            if (!connected && size() == 0) { // else the rows try it: a database that is read-only answers too
                store.reach();
            }
            connected = true;
            boolean allWritten = writeAll();
            outage.over();
            away = false;
            if (allWritten) {
                pause.reset();
            } else {
                tryLater();
            }
        } catch (DatabaseException e) {
            if (!isClosed()) { // what a stop cuts off says nothing of the database
                outage.failed(e.kind(), e.reason());
            }
            tryLater();
        } catch (RuntimeException | Error e) {
            OutOfMemory.haltIfIn(e);
            events.publish(new SystemEvent.Fault("writing uploads", e));
            tryLater();
        }
    }

    /** Tries each row that waits once; false if one is left that the database refused for a reason nobody knows. */
    private boolean writeAll() throws DatabaseException {
        boolean all = true;
        for (int left = size(); left > 0; left--) {
            Entry next = first();
            if (next == null) {
                break;
            }
            if (insert(next)) {
                remove(next);
            } else {
                all = false;
                putBehindOthers(next);
            }
        }
        return all;
    }

    /** Whether the row is done with: written, or lost for good. */
    private boolean insert(Entry entry) throws DatabaseException {
        try {
            store.insert(entry.upload);
            saved.increment();
            events.publish(new UploadEvent.Saved(entry.upload.key()));
            return true;
        } catch (DatabaseException e) {
            if (e.isDueToValues()) {
                insertLess(entry.upload, e.reason());
                return true;
            }
            if (e.isDueToDatabase()) {
                throw e;
            }
            if (++entry.attempts < MAX_ATTEMPTS) {
                return false; // it may be the row's fault, so it must not hold up the others
            }
            lost(entry.upload, "no row: " + e.reason());
            return true;
        }
    }

    /** The key alone is enough to delete the file one day. */
    private void insertLess(UploadStore.Upload upload, String reason) throws DatabaseException {
        for (UploadStore.Upload less : List.of(upload.inAscii(), upload.keyAlone())) {
            try {
                store.insert(less);
                saved.increment();
                events.publish(new UploadEvent.Shortened(upload.key(), "the row is not whole: " + reason));
                events.publish(new UploadEvent.Saved(upload.key()));
                return;
            } catch (DatabaseException e) {
                if (!e.isDueToValues()) {
                    throw e;
                }
            }
        }
        lost(upload, "no row: " + reason);
    }

    private synchronized @Nullable Entry first() {
        return waiting.peek();
    }

    private synchronized int size() {
        return waiting.size();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void putBehindOthers(Entry entry) {
        waiting.remove(entry);
        waiting.add(entry);
    }

    private void remove(Entry entry) {
        synchronized (this) {
            waiting.remove();
            waitingChars -= entry.upload.length();
        }
        entry.written.complete(null);
    }

    private synchronized void tryLater() {
        connected = false;
        away = true;
        if (!closed) {
            Future<?> unused = writer.schedule(this::tryToWrite, pause.next().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void lost(UploadStore.Upload upload, String reason) {
        lost.increment();
        events.publish(new UploadEvent.Lost(upload.key(), reason));
    }
}

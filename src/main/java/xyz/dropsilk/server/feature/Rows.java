package xyz.dropsilk.server.feature;

import java.time.Duration;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.config.DatabaseUrl;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.service.UploadLedger;
import xyz.dropsilk.server.service.Uploads;
import xyz.dropsilk.server.store.Database;
import xyz.dropsilk.server.store.UploadStore;

/** The rows of uploads, in a database. */
final class Rows implements Feature {
    private static final Duration CONNECTION_LIMIT = Duration.ofSeconds(3);

    /** What is idle is closed by then; the rest ends with the process. */
    private static final Duration CLOSING_LIMIT = Duration.ofSeconds(1);

    private final Database database;
    private final UploadStore store;
    private final UploadLedger ledger;

    /** Those in the database at {@code url}. */
    Rows(DatabaseUrl url, Tools tools) {
        database = new Database(url, CONNECTION_LIMIT);
        store = new UploadStore(database);
        ledger = new UploadLedger(store, tools.events(), tools.ticker());
    }

    /** How the database was when it was used last. */
    Dependency dependency() {
        return database;
    }

    /** Where the rows are. */
    UploadStore store() {
        return store;
    }

    /** What takes down uploads as rows. */
    Uploads.Records records() {
        return ledger;
    }

    @Override
    public String name() {
        return "upload ledger";
    }

    @Override
    public void addTo(Meters meters) {
        ledger.addTo(meters);
        meters.gauge(
                "dropsilk_database_up",
                "Whether the last use of the database reached it, as /readyz says; 0 before the first.",
                () -> database.state() == Dependency.State.UP ? 1 : 0);
    }

    @Override
    public void addLibraryMetersTo(Object registry) {
        database.addMetersTo(registry);
    }

    @Override
    public void begin() {
        ledger.start();
    }

    /** Writes what waits. */
    @Override
    public void end(Duration limit) throws InterruptedException {
        ledger.close(limit);
    }

    @Override
    public void close(Duration limit) throws InterruptedException {
        Thread closing = Threads.named("database-close").newThread(database::close); // waits for what hangs
        closing.start();
        closing.join(Math.max(1, Math.min(limit.toMillis(), CLOSING_LIMIT.toMillis())));
    }
}

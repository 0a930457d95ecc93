package xyz.dropsilk.server.feature;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.config.DatabaseUrl;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.remote.Outbound;
import xyz.dropsilk.server.service.CleanupEvent;
import xyz.dropsilk.server.service.PreviewCloud;
import xyz.dropsilk.server.service.Uploads;
import xyz.dropsilk.server.uploadthing.FileKeys;

/**
 * All features: previews with their rows and cleanup, TURN credentials, the contact address. Built without I/O, begun once the server listens, ended
 * once it has stopped. What is not configured costs nothing. Used by one thread that may block, but for what says otherwise.
 */
public final class Features {
    /** Driver, pool and HTTP client take the processors for half a second to load; the first callers come before them. */
    private static final long HEAD_START_MILLIS = 300;

    /** Enough to keep both cores of a small machine busy with JSON and signatures, which is all that workers do. */
    private static final int WORKERS = 2;

    private static final int MAX_QUEUED_REQUESTS = 256;

    private final EventSink events;
    private final ScheduledExecutorService timer;
    private final Outbound outbound = new Outbound();
    private final ThreadPoolExecutor workers = Threads.bounded("worker", WORKERS, MAX_QUEUED_REQUESTS);
    private final Optional<String> noCleanup;
    private final Turn turn;
    private final Previews previews;
    private final Dependency database;
    private final Config config;

    /** In the order in which they end. */
    private final List<Feature> features = new ArrayList<>();

    /** Those that {@code config} asks for; {@code ticker} counts nanoseconds, {@code timer} ends waiting. */
    public Features(
            Config config, EventSink events, InstantSource clock, LongSupplier ticker, ScheduledExecutorService timer) {
        this.config = config;
        this.events = events;
        this.timer = timer;
        Tools tools = new Tools(
                outbound, workers, timer, clock, ticker, events, config.limits().apiRatePerMinute());
        turn = Turn.of(config.turn(), tools);
        features.add(turn);
        Config.Uploads uploads = config.uploads();
        PreviewCloud cloud = new PreviewCloud(
                outbound,
                new PreviewCloud.Settings(uploads.token(), uploads.apiUrl(), uploads.ingestUrl()),
                FileKeys.random());
        noCleanup = Cleanup.missing(config);
        DatabaseUrl url = config.storage().disabled() ? null : config.storage().database();
        Rows rows = url == null ? null : new Rows(url, tools);
        database = rows == null ? Dependency.NONE : rows.dependency();
        previews = new Previews(config, cloud, rows == null ? Uploads.Records.NONE : rows.records(), tools);
        features.add(previews);
        if (rows != null) {
            if (noCleanup.isEmpty()) {
                features.add(new Cleanup(uploads, rows.store(), cloud, tools));
            }
            features.add(rows);
        }
        features.add(Contact.of(config.email(), tools));
    }

    /** Adds their paths to {@code pages}. */
    public void addTo(Pages pages) {
        features.forEach(feature -> feature.addTo(pages));
    }

    /** Adds what is configured to {@code meters}. */
    public void addTo(Meters meters) {
        features.forEach(feature -> feature.addTo(meters));
    }

    /** Has the libraries behind the features add their own meters to {@code registry}, once. Any thread. */
    public void addLibraryMetersTo(Object registry) {
        features.forEach(feature -> feature.addLibraryMetersTo(registry));
    }

    /** The parts outside the process that features use, by the names that readiness tells them by. */
    public Map<String, Dependency> dependencies() {
        return Map.of("database", database);
    }

    /** What is on and off. */
    public Map<String, Object> parts() {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("turn", config.turn().isOn());
        parts.put("uploads", previews.isOn());
        parts.put("database", database != Dependency.NONE);
        parts.put("email", Contact.isOn(config.email()));
        return parts;
    }

    /** A client is here, which may ask for something in a moment. Any thread; never blocks. */
    public void clientArrived() {
        turn.clientArrived();
    }

    /** Connects, fetches ahead and cleans up, all in the background and in a moment. */
    public void start() {
        noCleanup.ifPresent(reason -> events.publish(new CleanupEvent.Skipped(reason)));
        // On a thread of its own: the workers' queue is bounded, and may be full of requests by then.
        Future<?> unused = timer.schedule(
                () -> Threads.named("services").newThread(this::begin).start(),
                HEAD_START_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Each begins, whatever becomes of the others. */
    private void begin() {
        for (Feature feature : features) {
            try {
                feature.begin();
            } catch (RuntimeException | Error e) {
                OutOfMemory.haltIfIn(e);
                events.publish(new SystemEvent.Fault(feature.name(), e));
            }
        }
    }

    /** Lets callbacks and the batch of a cleanup end, writes what waits, and lets go of the rest, all within {@code limit}. */
    public void close(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        features.forEach(Feature::stop);
        workers.shutdown();
        boolean unused = workers.awaitTermination(left(deadline).toMillis() / 2, TimeUnit.MILLISECONDS);
        for (Feature feature : features) {
            feature.end(left(deadline).dividedBy(2)); // so that later ones have their share
        }
        outbound.close();
        for (Feature feature : features) {
            feature.close(left(deadline));
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}

package xyz.dropsilk.server;

import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.api.EmailEndpoint;
import xyz.dropsilk.server.api.IceEndpoint;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.api.RateLimited;
import xyz.dropsilk.server.api.UploadsEndpoint;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.config.DatabaseUrl;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.limit.NetworkRate;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.remote.CloudflareTurn;
import xyz.dropsilk.server.remote.FileKeys;
import xyz.dropsilk.server.remote.Outbound;
import xyz.dropsilk.server.remote.Recaptcha;
import xyz.dropsilk.server.service.CleanupEvent;
import xyz.dropsilk.server.service.CleanupJob;
import xyz.dropsilk.server.service.ContactAddress;
import xyz.dropsilk.server.service.IceCredentials;
import xyz.dropsilk.server.service.IceProvider;
import xyz.dropsilk.server.service.IceServers;
import xyz.dropsilk.server.service.OwnTurn;
import xyz.dropsilk.server.service.PreviewCloud;
import xyz.dropsilk.server.service.UploadLedger;
import xyz.dropsilk.server.service.Uploads;
import xyz.dropsilk.server.store.Database;
import xyz.dropsilk.server.store.DatabaseSettings;
import xyz.dropsilk.server.store.UploadStore;

/**
 * The services around signaling: previews with their rows and cleanup, TURN credentials, the contact address. Built without I/O, started once the
 * server listens, closed once it has stopped. What is not configured costs nothing. Used by one thread that may block.
 */
final class Services {
    private static final String UPLOADS_PATH = "/api/uploadthing";
    /** Driver, pool and HTTP client take the processors for half a second to load; the first callers come before them. */
    private static final long HEAD_START_MILLIS = 300;

    private static final Duration CONNECTION_LIMIT = Duration.ofSeconds(3);
    /** What is idle is closed by then; the rest ends with the process. */
    private static final long CLOSING_LIMIT_MILLIS = 1_000;

    /** Enough to keep both cores of a small machine busy with JSON and signatures, which is all that workers do. */
    private static final int WORKERS = 2;

    private static final int MAX_QUEUED_REQUESTS = 256;

    private final Config config;
    private final EventSink events;
    private final LongSupplier ticker;
    private final ScheduledExecutorService timer;
    private final Outbound outbound = new Outbound();
    private final ThreadPoolExecutor workers = Threads.bounded("worker", WORKERS, MAX_QUEUED_REQUESTS);
    private final PreviewCloud cloud;
    private final Uploads uploads;
    private final @Nullable IceProvider turn;
    /** Where the provider of TURN has to be asked, what asks it. */
    private final @Nullable IceServers iceServers;

    private final @Nullable ContactAddress contact;
    private final @Nullable Database database;
    private final @Nullable UploadLedger ledger;
    private final @Nullable CleanupJob cleanup;

    /** Those that {@code config} asks for; {@code ticker} counts nanoseconds, {@code timer} ends waiting. */
    Services(
            Config config, EventSink events, InstantSource clock, LongSupplier ticker, ScheduledExecutorService timer) {
        this.config = config;
        this.events = events;
        this.ticker = ticker;
        this.timer = timer;
        iceServers = iceServers(clock, timer);
        turn = iceServers == null ? ownTurn(clock) : iceServers;
        contact = contact();
        Config.Uploads previews = config.uploads();
        cloud = new PreviewCloud(
                outbound,
                new PreviewCloud.Settings(previews.token(), previews.apiUrl(), previews.ingestUrl()),
                FileKeys.random());
        DatabaseUrl url = config.storage().disabled() ? null : config.storage().database();
        if (url == null) {
            database = null;
            ledger = null;
            cleanup = null;
        } else {
            database = new Database(settings(url), CONNECTION_LIMIT);
            UploadStore store = new UploadStore(database);
            ledger = new UploadLedger(store, events, ticker);
            cleanup = noCleanup().isPresent()
                    ? null
                    : new CleanupJob(
                            store,
                            cloud,
                            new CleanupJob.Settings(previews.retention(), previews.cleanupInterval()),
                            clock,
                            ticker,
                            events);
        }
        uploads = new Uploads(
                cloud,
                ledger == null ? upload -> CompletableFuture.completedFuture(null) : ledger::record,
                config.server().publicUrl() + UPLOADS_PATH,
                clock,
                ticker,
                events);
    }

    /** Adds their paths to {@code pages}. */
    void addTo(Pages pages) {
        int perMinute = config.limits().apiRatePerMinute();
        int tenth = (perMinute + 9) / 10; // 0 stays 0, which is no limit
        pages.add(
                        "/api/turn-credentials",
                        limited(turn == null ? IceEndpoint.NOT_CONFIGURED : new IceEndpoint(turn, events), perMinute),
                        HttpMethod.GET,
                        HttpMethod.POST)
                .add(
                        UPLOADS_PATH,
                        UploadsEndpoint::isFromCloud,
                        new RateLimited(
                                new UploadsEndpoint(uploads, workers),
                                UploadsEndpoint::wantsLinks,
                                NetworkRate.perMinute(tenth, ticker),
                                events),
                        HttpMethod.GET,
                        HttpMethod.POST)
                .add(
                        "/request-email",
                        limited(
                                contact == null ? EmailEndpoint.NOT_CONFIGURED : new EmailEndpoint(contact, workers),
                                tenth),
                        HttpMethod.POST);
    }

    /** The database as uploads and cleanup found it last. */
    Dependency database() {
        return database == null ? Dependency.NONE : database;
    }

    /** Adds what is configured to {@code meters}. */
    void addTo(Meters meters) {
        if (turn != null) {
            turn.addTo(meters);
        }
        if (config.uploads().token() != null) {
            uploads.addTo(meters);
        }
        if (ledger != null) {
            ledger.addTo(meters);
            meters.gauge(
                    "dropsilk_database_up",
                    "Whether the last use of the database reached it, as /readyz says; 0 before the first.",
                    () -> database().state() == Dependency.State.UP ? 1 : 0);
        }
        if (cleanup != null) {
            cleanup.addTo(meters);
        }
    }

    /** Has the libraries behind the services add their own meters to {@code registry}, once. Any thread. */
    void addLibraryMetersTo(Object registry) {
        if (database != null) {
            database.addMetersTo(registry);
        }
    }

    /** What is on and off. */
    Map<String, Object> parts() {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("turn", turn != null);
        parts.put("uploads", cloud.isConfigured());
        parts.put("database", database != null);
        parts.put("email", contact != null);
        return parts;
    }

    /** A client is here, which may ask for TURN credentials in a moment. Any thread; never blocks. */
    void arrived() {
        if (iceServers != null) {
            iceServers.prepare();
        }
    }

    /** Connects, fetches ahead and cleans up, all in the background and in a moment. */
    void start() {
        noCleanup().ifPresent(reason -> events.publish(new CleanupEvent.Skipped(reason)));
        // On a thread of its own: the workers' queue is bounded, and may be full of requests by then.
        Future<?> unused = timer.schedule(
                () -> Threads.named("services").newThread(this::begin).start(),
                HEAD_START_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Each begins, whatever becomes of the others. */
    private void begin() {
        if (iceServers != null) {
            begin("TURN credentials", iceServers::prepare);
        }
        if (ledger != null) {
            begin("upload ledger", ledger::start);
        }
        if (cleanup != null) {
            begin("cleanup", cleanup::start);
        }
        if (config.uploads().token() != null) {
            begin("uploads", () -> cloud.check(events));
        }
    }

    private void begin(String name, Runnable service) {
        try {
            service.run();
        } catch (RuntimeException | Error e) {
            OutOfMemory.haltIfIn(e);
            events.publish(new SystemEvent.Fault(name, e));
        }
    }

    /** Lets callbacks and the batch of a cleanup end, writes what waits, and lets go of the rest, all within {@code limit}. */
    void close(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        if (cleanup != null) {
            cleanup.stop();
        }
        workers.shutdown();
        boolean unused = workers.awaitTermination(left(deadline, 2).toMillis(), TimeUnit.MILLISECONDS);
        uploads.awaitOpen(left(deadline, 2));
        if (cleanup != null) {
            cleanup.awaitStop(left(deadline, 2));
        }
        if (ledger != null) {
            ledger.close(left(deadline, 2));
        }
        outbound.close();
        if (database != null) {
            Thread closing = Threads.named("database-close").newThread(database::close); // waits for what hangs
            closing.start();
            closing.join(Math.max(1, Math.min(left(deadline, 1).toMillis(), CLOSING_LIMIT_MILLIS)));
        }
    }

    /** What is left until {@code deadline}, divided by {@code parts}, so that later steps have their share. */
    private static Duration left(long deadline, int parts) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()) / parts);
    }

    private Endpoint limited(Endpoint endpoint, int perMinute) {
        return new RateLimited(endpoint, NetworkRate.perMinute(perMinute, ticker), events);
    }

    private @Nullable IceServers iceServers(InstantSource clock, ScheduledExecutorService timer) {
        Config.Turn cloud = config.turn();
        String tokenId = cloud.tokenId();
        Secret apiToken = cloud.apiToken();
        if (tokenId == null || apiToken == null) {
            return null;
        }
        CloudflareTurn cloudflare = new CloudflareTurn(outbound, cloud.apiUrl(), tokenId, apiToken);
        IceProvider fresh = () -> {
            Instant askedAt = clock.instant();
            return cloudflare
                    .iceServers()
                    .thenApply(json -> new IceCredentials(json, askedAt, CloudflareTurn.LIFETIME));
        };
        return new IceServers("Cloudflare", fresh, clock, ticker, timer, events);
    }

    private @Nullable IceProvider ownTurn(InstantSource clock) {
        Config.OwnTurn own = config.turn().own();
        return own == null ? null : new OwnTurn(own.urls(), own.secret(), own.timeToLive(), clock);
    }

    private @Nullable ContactAddress contact() {
        Secret secret = config.email().recaptchaSecret();
        String address = config.email().contactEmail();
        return secret == null || address == null
                ? null
                : new ContactAddress(
                        new Recaptcha(outbound, config.email().verifyUrl(), secret), address, ticker, events);
    }

    /** Why nothing is cleaned up, if so. */
    private Optional<String> noCleanup() {
        if (config.storage().disabled()) {
            return Optional.of("the database is switched off (NO_DB or --noDB)");
        }
        if (config.storage().database() == null) {
            return Optional.of("DATABASE_URL is not set");
        }
        if (config.uploads().token() == null) {
            return Optional.of("UPLOADTHING_TOKEN is not set");
        }
        return config.uploads().retention().isZero() ? Optional.of("PREVIEW_RETENTION_HOURS is 0") : Optional.empty();
    }

    private static DatabaseSettings settings(DatabaseUrl url) {
        return new DatabaseSettings(
                url.hosts().stream()
                        .map(host -> new DatabaseSettings.Host(host.name(), host.port()))
                        .toList(),
                url.database(),
                url.user(),
                url.password(),
                url.properties());
    }
}

package xyz.dropsilk.server;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.api.CheckPage;
import xyz.dropsilk.server.api.Favicon;
import xyz.dropsilk.server.api.LivenessEndpoint;
import xyz.dropsilk.server.api.LogsEndpoint;
import xyz.dropsilk.server.api.MetricsEndpoint;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.api.Readiness;
import xyz.dropsilk.server.api.RoomsEndpoints;
import xyz.dropsilk.server.api.StatsEndpoint;
import xyz.dropsilk.server.api.StatusEndpoint;
import xyz.dropsilk.server.api.WhoAmIEndpoint;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.SteadyTicker;
import xyz.dropsilk.server.base.Terminal;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.event.Alarms;
import xyz.dropsilk.server.event.EventLog;
import xyz.dropsilk.server.event.LibraryLog;
import xyz.dropsilk.server.event.LogFormat;
import xyz.dropsilk.server.event.LogRing;
import xyz.dropsilk.server.event.Periodic;
import xyz.dropsilk.server.event.Refusals;
import xyz.dropsilk.server.event.StandardOutput;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.feature.Features;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.http.FixedEndpoint;
import xyz.dropsilk.server.http.HttpContext;
import xyz.dropsilk.server.http.HttpPipeline;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.limit.NetworkRate;
import xyz.dropsilk.server.limit.Rate;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.origin.OriginPolicy;
import xyz.dropsilk.server.origin.PageOrigins;
import xyz.dropsilk.server.room.RoomBook;
import xyz.dropsilk.server.room.RoomSettings;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.ws.ProxyWatch;
import xyz.dropsilk.server.ws.RootEndpoint;
import xyz.dropsilk.server.ws.SessionContext;
import xyz.dropsilk.server.ws.SessionMeters;
import xyz.dropsilk.server.ws.UpgradeGate;

/** The whole server: builds its objects, starts them, and stops them in reverse order. Used by one thread that is not an event loop. */
public final class Application {
    /** How long a stop waits for the word that other instances can know of it, and then for the engine's connections to end. */
    private static final Duration LEAVE_OTHERS = Duration.ofMillis(500);

    /** How often rooms are looked through for those who fell silent. */
    private static final Duration SWEEP = Duration.ofMillis(500);

    private final Config config;
    private final String version;
    private final LongSupplier ticker;
    private final StandardOutput output;
    private final Refusals events;
    private final Meters meters = new Meters(this::addMeters);
    private final LibraryLog libraryLog;
    private final SocketServer server;
    private final FlightRegistry registry;
    private final Rooms rooms;
    private final ConnectionLimit connections;
    private final JoinLimit joins;
    private final Router router;
    private final HttpPipeline pipeline;
    private final Heartbeat heartbeat;
    private final Readiness readiness;
    private final Features features;
    private final PageOrigins pageOrigins;
    private final RoomBook book;
    private final @Nullable Monitoring monitoring;
    private final SessionMeters sessionMeters;
    private final Alarms alarms;
    private final MemoryBudget budget;
    private final MemoryUse memory;

    /** What joins this instance to others; null where it is alone. */
    private final @Nullable Sharing sharing;

    private final Thread.UncaughtExceptionHandler uncaught;

    /** A server of {@code config} that does nothing yet; its log lines go to {@code standardOutput}. */
    public Application(Config config, String version, OutputStream standardOutput) {
        this(config, version, standardOutput, System::nanoTime, new SocketServer());
    }

    /** The same on event loops, and with nanoseconds, of the caller's choice. */
    Application(Config config, String version, OutputStream standardOutput, LongSupplier ticker, SocketServer server) {
        this.config = config;
        this.version = version;
        this.ticker = ticker;
        this.server = server;
        InstantSource clock = InstantSource.system();
        LogRing ring = new LogRing(config.telemetry().logBufferSize(), clock);
        output = new StandardOutput(
                standardOutput,
                new StandardOutput.Loss() {
                    @Override
                    public void begun() {
                        events.publish(new SystemEvent.LosingLines("standard output"));
                    }

                    @Override
                    public void over(long lines, Duration time) {
                        events.publish(new SystemEvent.LinesDropped("standard output", lines, time));
                    }
                },
                ticker);
        alarms = new Alarms(EventLog.into(ring, output, logSettings(config.telemetry()), clock));
        events = new Refusals(alarms, ticker);
        libraryLog = LibraryLog.sendTo(events);
        uncaught = (thread, fault) -> {
            OutOfMemory.haltIfIn(fault);
            events.publish(new SystemEvent.Fault("thread " + thread.getName(), fault));
        };

        EventLoop timer = server.loop();
        RoomSettings roomSettings = roomSettings(config.rooms());
        SteadyTicker steady = new SteadyTicker(ticker);
        book = new RoomBook(roomSettings, steady);
        sharing = config.sharing().engine() == null
                ? null
                : Sharing.of(config.sharing(), roomSettings.timeToLive(), timer, ticker, events);
        registry = new FlightRegistry(
                new FlightRegistry.Lists(config.limits().maxListedUsers(), FlightRegistry.Lists.ARRIVAL_DELAY),
                events,
                new FlightRegistry.Time(clock, ticker, timer),
                book,
                sharing == null ? null : sharing.bus());
        connections = new ConnectionLimit(
                config.limits().maxConnections(), config.limits().maxConnectionsPerNetwork());
        rooms = new Rooms(registry, book, roomSettings, new Rooms.Time(clock, steady), connections::admits);
        joins = new JoinLimit(config.limits().joinFailuresPerMinute(), ticker, events);
        if (sharing != null) {
            sharing.join(registry, joins);
        }
        Secret metricsKey = config.telemetry().metricsAccessKey();
        sessionMeters = new SessionMeters(/* timesSignals= */ metricsKey != null);
        budget = MemoryBudget.ofThisProcess(timer);
        features = new Features(config, events, clock, ticker, timer);
        monitoring = metricsKey == null
                ? null
                : new Monitoring(metricsKey, meters, server, version, features::addLibraryMetersTo);
        SessionContext sessions = sessions(ticker);
        boolean production = config.server().production();
        pageOrigins =
                new PageOrigins(config.checkPage().isOn(), config.checkPage().origin(), production);
        OriginPolicy origins = OriginPolicy.of(config.origins(), production, pageOrigins);
        memory = new MemoryUse(server::bufferBytes);
        Uptime uptime = new Uptime(ticker);
        heartbeat = new Heartbeat(meters, memory, uptime, events);

        readiness = new Readiness(dependencies());

        ClientAddress clientAddress =
                new ClientAddress(config.proxies().trusted(), config.proxies().clientIpHeader());
        ProxyWatch proxyWatch =
                new ProxyWatch(clientAddress, events, config.checkPage().isOn());
        router = new Router(events)
                .get("/", new RootEndpoint(proxyWatch))
                .get("/keep-alive", new FixedEndpoint(Response.text(200, "OK")))
                .get("/livez", new LivenessEndpoint(server::loopsRun))
                .get("/readyz", readiness)
                .get("/favicon.ico", new FixedEndpoint(Favicon.response()))
                .get("/metrics", new MetricsEndpoint(monitoring == null ? null : monitoring.open(), events))
                .get("/stats", new StatsEndpoint(meters, memory, uptime, clock))
                .get("/logs", new LogsEndpoint(ring, config.telemetry().logAccessKey(), events));
        Pages pages = new Pages(router, origins, events)
                .open("/api/status", new StatusEndpoint(meters, statusParts(config, version), memory, uptime, clock))
                .open("/api/whoami", new WhoAmIEndpoint(clientAddress, registry::listed));
        features.addTo(pages);
        roomsEndpoints(ticker).addTo(router, pages);
        if (config.checkPage().isOn()) {
            CheckPage.addTo(router);
        }
        if (monitoring != null) {
            monitoring.watch(router, ticker);
        }
        pipeline = new HttpPipeline(
                new HttpContext(
                        clientAddress,
                        router,
                        new UpgradeGate(origins, sessions, proxyWatch),
                        sessions.memory(),
                        clock,
                        events),
                config.limits().maxConnections());
    }

    /** What {@code /readyz} tells of, in its order. */
    private Map<String, Dependency> dependencies() {
        Map<String, Dependency> parts = new LinkedHashMap<>(features.dependencies());
        parts.put("bus", sharing == null ? Dependency.NONE : sharing.dependency());
        return parts;
    }

    private static EventLog.Settings logSettings(Config.Telemetry telemetry) {
        boolean isWatched = Terminal.isThere();
        LogFormat format = telemetry.logFormat();
        return new EventLog.Settings(
                telemetry.logLevel(),
                format != null ? format : isWatched ? LogFormat.TEXT : LogFormat.JSON,
                isWatched && telemetry.logColors(),
                telemetry.logAddresses());
    }

    /** Called when somebody reads meters for the first time, so not before the server listens. */
    private void addMeters(Meters meters) {
        registry.addTo(meters);
        book.addTo(meters);
        rooms.addTo(meters);
        connections.addTo(meters);
        budget.addTo(meters);
        sessionMeters.addTo(meters);
        features.addTo(meters);
        if (sharing != null) {
            sharing.addTo(meters);
        }
        events.addTo(meters);
        alarms.addTo(meters);
        output.addTo(meters);
        meters.gauge(
                "dropsilk_resident_memory_bytes",
                "Memory that the process has in use.",
                () -> memory.now().get("rss") instanceof Number bytes ? bytes.doubleValue() : Double.NaN);
    }

    private SessionContext sessions(LongSupplier ticker) {
        Config.Limits limits = config.limits();
        return new SessionContext(
                registry,
                rooms,
                events,
                connections,
                joins,
                budget,
                limits.maxPayloadBytes(),
                limits.pingInterval(),
                Rate.perSecond(limits.messageRate(), limits.messageBurst()),
                ticker,
                sessionMeters,
                features::clientArrived);
    }

    private RoomsEndpoints roomsEndpoints(LongSupplier ticker) {
        return new RoomsEndpoints(
                rooms, joins, NetworkRate.perMinute(config.rooms().perMinute(), ticker), registry::isStopping, events);
    }

    private StatusEndpoint.Parts statusParts(Config config, String version) {
        return new StatusEndpoint.Parts(
                version, connections::isFull, config.turn().isOn());
    }

    private static RoomSettings roomSettings(Config.Rooms rooms) {
        return new RoomSettings(rooms.timeToLive(), rooms.silence(), rooms.max(), rooms.maxPerNetwork());
    }

    /**
     * Listens and serves. A start that fails leaves nothing behind.
     *
     * @return the port
     * @throws IOException if the configured address can't be listened on; its message is fit for an operator's eyes
     */
    public int start() throws IOException {
        boolean serves = false;
        try {
            output.start();
            Thread.setDefaultUncaughtExceptionHandler(uncaught);
            int bound = server.listen(config.server().host(), config.server().port(), pipeline);
            pageOrigins.listening(bound);
            events.publish(
                    new SystemEvent.Startup(version, bound, config.server().production(), parts()));
            config.warnings().forEach(warning -> events.publish(new SystemEvent.ConfigWarning(warning)));
            features.start();
            if (sharing != null) {
                sharing.start();
            }
            if (monitoring != null) {
                monitoring.start();
            }
            heartbeat.start(server.loop(), config.telemetry().heartbeatInterval());
            new Periodic("rooms", server.loop(), events).every(SWEEP, rooms::sweep);
            readiness.become(Readiness.Status.SERVING);
            serves = true;
            return bound;
        } finally {
            if (!serves) {
                giveUp();
            }
        }
    }

    /** Where people open the check page of this server, which listens on {@code port}; nowhere while it is off. */
    List<String> checkPages(int port) {
        return config.checkPage().isOn()
                ? pageOrigins.toOpen(config.server().host(), port).stream()
                        .map(origin -> origin + CheckPage.PATH)
                        .toList()
                : List.of();
    }

    /** What is on and off; never a value that is secret. */
    Map<String, Object> parts() {
        Map<String, Object> parts = new LinkedHashMap<>(features.parts());
        parts.put("checkPage", config.checkPage().isOn());
        parts.put("bus", sharing != null);
        parts.put("transport", server.transport());
        parts.put("dotEnv", config.dotEnv());
        parts.put("origins", config.origins().allowed().size());
        parts.put("trustedProxies", config.proxies().trusted().size());
        return parts;
    }

    private void giveUp() {
        try {
            letGo(Stage.NOTHING_OPEN, Stage.NOTHING_OPEN, Stage.NOTHING_OPEN, () -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends one after the other, whatever becomes of those before: services have what connections left of their time. */
    private void drain() throws InterruptedException {
        Duration limit = config.server().drain();
        if (limit.isZero()) {
            return;
        }
        pipeline.endWithAnswers();
        try {
            new Drain(registry, connections::close, events, new Drain.Time(ticker, Application::sleep), new Random())
                    .run(limit);
        } catch (RuntimeException | Error fault) {
            OutOfMemory.haltIfIn(fault);
            events.publish(new SystemEvent.Fault("drain", fault));
        }
    }

    private static void sleep(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    private void letGo(Duration connections, Duration services, Duration log, Runnable lastWord)
            throws InterruptedException {
        long connectionsEnd = System.nanoTime() + connections.toNanos();
        try {
            if (sharing != null) {
                sharing.close(least(LEAVE_OTHERS, connections.dividedBy(4)));
            }
            server.stop(until(connectionsEnd));
        } finally {
            try {
                features.close(until(connectionsEnd + services.toNanos()));
                if (monitoring != null) {
                    monitoring.close();
                }
            } finally {
                lastWord.run();
                closeLog(log);
            }
        }
    }

    private static Duration until(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void closeLog(Duration limit) throws InterruptedException {
        if (Thread.getDefaultUncaughtExceptionHandler() == uncaught) {
            Thread.setDefaultUncaughtExceptionHandler(null);
        }
        libraryLog.close();
        output.close(limit.toMillis());
    }

    /** What is served over HTTP, each path with its methods. */
    Map<String, String> served() {
        return router.served();
    }

    /** Whether other instances can be reached; false where there are none. */
    boolean isShared() {
        return sharing != null && sharing.isUp();
    }

    /** Returns when the server no longer listens. */
    public void awaitEnd() {
        server.awaitEnd();
    }

    /** Lets flights and rooms end, inside {@code DRAIN_SECONDS}; then tells everybody, lets running work finish, and lets go of everything, inside {@code SHUTDOWN_TIMEOUT_MS}. */
    public void stop() throws InterruptedException {
        Duration whole = config.server().shutdownTimeout();
        events.publish(new SystemEvent.Shutdown("begun", registry.stats().connections()));
        readiness.become(Readiness.Status.DRAINING);
        if (sharing != null) {
            sharing.draining();
        }
        drain();
        registry.stopping();
        if (sharing != null) {
            sharing.stop(least(LEAVE_OTHERS, Stage.CONNECTIONS.of(whole).dividedBy(4)));
        }
        letGo(
                Stage.CONNECTIONS.of(whole),
                Stage.SERVICES.of(whole),
                Stage.LOG.of(whole),
                () -> events.publish(
                        new SystemEvent.Shutdown("done", registry.stats().connections())));
    }

    /** What is closed one after the other, and its share of {@code SHUTDOWN_TIMEOUT_MS}; a tenth is left for the JVM. */
    private enum Stage {
        /** Clients are told, and finish what they have in hand. */
        CONNECTIONS(6),
        /** Rows are written, batches end. What the stage before left over is added. */
        SERVICES(2),
        LOG(1);

        private static final int TENTHS = 10;

        /** For what has never been in use. */
        static final Duration NOTHING_OPEN = Duration.ofSeconds(1);

        private final int tenths;

        Stage(int tenths) {
            this.tenths = tenths;
        }

        Duration of(Duration whole) {
            return whole.multipliedBy(tenths).dividedBy(TENTHS);
        }
    }
}

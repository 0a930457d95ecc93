package xyz.dropsilk.server;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import xyz.dropsilk.server.api.StatsEndpoint;
import xyz.dropsilk.server.api.StatusEndpoint;
import xyz.dropsilk.server.api.WhoAmIEndpoint;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.feature.Features;
import xyz.dropsilk.server.http.FixedEndpoint;
import xyz.dropsilk.server.http.HttpContext;
import xyz.dropsilk.server.http.HttpPipeline;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.net.SocketServer;
import xyz.dropsilk.server.origin.OriginPolicy;
import xyz.dropsilk.server.origin.PageOrigins;
import xyz.dropsilk.server.ws.ProxyWatch;
import xyz.dropsilk.server.ws.RootEndpoint;
import xyz.dropsilk.server.ws.UpgradeGate;

/** The whole server: builds its objects, starts them, and stops them in reverse order. Used by one thread that is not an event loop. */
public final class Application {
    private final Config config;
    private final String version;
    private final LongSupplier ticker;
    private final Logging logging;
    private final EventSink events;
    private final Meters meters = new Meters(this::addMeters);
    private final SocketServer server;
    private final Rendezvous rendezvous;
    private final Features features;
    private final @Nullable Monitoring monitoring;
    private final PageOrigins pageOrigins;
    private final MemoryUse memory;
    private final Heartbeat heartbeat;
    private final Readiness readiness;
    private final Router router;
    private final HttpPipeline pipeline;

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
        logging = new Logging(config.telemetry(), standardOutput, clock, ticker);
        events = logging.events();
        EventLoop timer = server.loop();
        rendezvous = new Rendezvous(config, events, clock, ticker, timer);
        features = new Features(config, events, clock, ticker, timer);
        Secret metricsKey = config.telemetry().metricsAccessKey();
        monitoring = metricsKey == null
                ? null
                : new Monitoring(metricsKey, meters, server, version, features::addLibraryMetersTo);
        boolean production = config.server().production();
        pageOrigins =
                new PageOrigins(config.checkPage().isOn(), config.checkPage().origin(), production);
        memory = new MemoryUse(server::bufferBytes);
        Uptime uptime = new Uptime(ticker);
        heartbeat = new Heartbeat(meters, memory, uptime, events);
        readiness = new Readiness(dependencies());
        ClientAddress clientAddress =
                new ClientAddress(config.proxies().trusted(), config.proxies().clientIpHeader());
        ProxyWatch proxyWatch =
                new ProxyWatch(clientAddress, events, config.checkPage().isOn());
        OriginPolicy origins = OriginPolicy.of(config.origins(), production, pageOrigins);
        router = router(clientAddress, proxyWatch, origins, uptime, clock);
        pipeline = new HttpPipeline(
                new HttpContext(
                        clientAddress,
                        router,
                        new UpgradeGate(origins, rendezvous.sessions(features::clientArrived), proxyWatch),
                        rendezvous.memory(),
                        clock,
                        events),
                config.limits().maxConnections());
    }

    /** Everything that is served. */
    private Router router(
            ClientAddress clientAddress,
            ProxyWatch proxyWatch,
            OriginPolicy origins,
            Uptime uptime,
            InstantSource clock) {
        Router routes = new Router(events)
                .get("/", new RootEndpoint(proxyWatch))
                .get("/keep-alive", new FixedEndpoint(Response.text(200, "OK")))
                .get("/livez", new LivenessEndpoint(server::loopsRun))
                .get("/readyz", readiness)
                .get("/favicon.ico", new FixedEndpoint(Favicon.response()))
                .get("/metrics", new MetricsEndpoint(monitoring == null ? null : monitoring.open(), events))
                .get("/stats", new StatsEndpoint(meters, memory, uptime, clock))
                .get(
                        "/logs",
                        new LogsEndpoint(logging.ring(), config.telemetry().logAccessKey(), events));
        StatusEndpoint.Parts parts = new StatusEndpoint.Parts(
                version, rendezvous::isFull, config.turn().isOn());
        Pages pages = new Pages(routes, origins, events)
                .open("/api/status", new StatusEndpoint(meters, parts, memory, uptime, clock))
                .open("/api/whoami", new WhoAmIEndpoint(clientAddress, rendezvous::listed));
        features.addTo(pages);
        rendezvous.endpoints().addTo(routes, pages);
        if (config.checkPage().isOn()) {
            CheckPage.addTo(routes);
        }
        if (monitoring != null) {
            monitoring.watch(routes, ticker);
        }
        return routes;
    }

    /** What {@code /readyz} tells of, in its order. */
    private Map<String, Dependency> dependencies() {
        Map<String, Dependency> parts = new LinkedHashMap<>(features.dependencies());
        parts.put("bus", rendezvous.engine());
        return parts;
    }

    /** Called when somebody reads meters for the first time, so not before the server listens. */
    private void addMeters(Meters all) {
        rendezvous.addTo(all);
        features.addTo(all);
        logging.addTo(all);
        all.gauge(
                "dropsilk_resident_memory_bytes",
                "Memory that the process has in use.",
                () -> memory.now().get("rss") instanceof Number bytes ? bytes.doubleValue() : Double.NaN);
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
            logging.start();
            int bound = server.listen(config.server().host(), config.server().port(), pipeline);
            pageOrigins.listening(bound);
            events.publish(
                    new SystemEvent.Startup(version, bound, config.server().production(), parts()));
            config.warnings().forEach(warning -> events.publish(new SystemEvent.ConfigWarning(warning)));
            features.start();
            rendezvous.start();
            if (monitoring != null) {
                monitoring.start();
            }
            heartbeat.start(server.loop(), config.telemetry().heartbeatInterval());
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
        parts.put("bus", rendezvous.hasOthers());
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

    /** Lets flights and rooms end, if there is time for that. */
    private void drain() throws InterruptedException {
        Duration limit = config.server().drain();
        if (limit.isZero()) {
            return;
        }
        pipeline.endWithAnswers();
        try {
            rendezvous.drain(limit);
        } catch (RuntimeException | Error fault) {
            OutOfMemory.haltIfIn(fault);
            events.publish(new SystemEvent.Fault("drain", fault));
        }
    }

    /** Ends one after the other, whatever becomes of those before: services have what connections left of their time. */
    private void letGo(Duration connections, Duration services, Duration log, Runnable lastWord)
            throws InterruptedException {
        long connectionsEnd = System.nanoTime() + connections.toNanos();
        try {
            rendezvous.close(connections);
            server.stop(until(connectionsEnd));
        } finally {
            try {
                features.close(until(connectionsEnd + services.toNanos()));
                if (monitoring != null) {
                    monitoring.close();
                }
            } finally {
                lastWord.run();
                logging.close(log);
            }
        }
    }

    private static Duration until(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    /** What is served over HTTP, each path with its methods. */
    Map<String, String> served() {
        return router.served();
    }

    /** Whether other instances can be reached; false where there are none. */
    boolean isShared() {
        return rendezvous.isShared();
    }

    /** Returns when the server no longer listens. */
    public void awaitEnd() {
        server.awaitEnd();
    }

    /** Lets flights and rooms end, inside {@code DRAIN_SECONDS}; then tells everybody, lets running work finish, and lets go of everything, inside {@code SHUTDOWN_TIMEOUT_MS}. */
    public void stop() throws InterruptedException {
        Duration whole = config.server().shutdownTimeout();
        events.publish(new SystemEvent.Shutdown("begun", rendezvous.clients()));
        readiness.become(Readiness.Status.DRAINING);
        rendezvous.draining();
        drain();
        rendezvous.stop(Stage.CONNECTIONS.of(whole));
        letGo(
                Stage.CONNECTIONS.of(whole),
                Stage.SERVICES.of(whole),
                Stage.LOG.of(whole),
                () -> events.publish(new SystemEvent.Shutdown("done", rendezvous.clients())));
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

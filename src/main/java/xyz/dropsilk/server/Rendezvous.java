package xyz.dropsilk.server;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.api.RoomsEndpoints;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.base.SteadyTicker;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Periodic;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.limit.NetworkRate;
import xyz.dropsilk.server.limit.Rate;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.room.RoomBook;
import xyz.dropsilk.server.room.RoomSettings;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.ws.SessionContext;
import xyz.dropsilk.server.ws.SessionMeters;

/**
 * Where clients meet: flights and rooms, what limits who comes in, and other instances if there are any. Started and stopped by the thread that
 * starts and stops the server.
 */
final class Rendezvous {
    /** How long a stop waits for the word that other instances can know of it, and then for the engine's connections to end. */
    private static final Duration LEAVE_OTHERS = Duration.ofMillis(500);

    /** How often rooms are looked through for those who fell silent. */
    private static final Duration SWEEP = Duration.ofMillis(500);

    private final Config config;
    private final LongSupplier ticker;
    private final EventLoop timer;
    private final EventSink events;
    private final RoomBook book;
    private final FlightRegistry registry;
    private final Rooms rooms;
    private final ConnectionLimit connections;
    private final JoinLimit joins;
    private final MemoryBudget memory;
    private final SessionMeters sessionMeters;

    /** What joins this instance to others; null where it is alone. */
    private final @Nullable Sharing sharing;

    /** Nobody is here yet. Timed work is done by {@code timer}; {@code ticker} counts nanoseconds. */
    Rendezvous(Config config, EventSink events, InstantSource clock, LongSupplier ticker, EventLoop timer) {
        this.config = config;
        this.ticker = ticker;
        this.timer = timer;
        this.events = events;
        Config.Limits limits = config.limits();
        RoomSettings settings = new RoomSettings(
                config.rooms().timeToLive(),
                config.rooms().silence(),
                config.rooms().max(),
                config.rooms().maxPerNetwork());
        SteadyTicker steady = new SteadyTicker(ticker);
        book = new RoomBook(settings, steady);
        sharing = config.sharing().engine() == null
                ? null
                : Sharing.of(config.sharing(), settings.timeToLive(), timer, ticker, events);
        registry = new FlightRegistry(
                new FlightRegistry.Lists(limits.maxListedUsers(), FlightRegistry.Lists.ARRIVAL_DELAY),
                events,
                new FlightRegistry.Time(clock, ticker, timer),
                book,
                sharing == null ? null : sharing.bus());
        connections = new ConnectionLimit(limits.maxConnections(), limits.maxConnectionsPerNetwork());
        rooms = new Rooms(registry, book, settings, new Rooms.Time(clock, steady), connections::admits);
        joins = new JoinLimit(limits.joinFailuresPerMinute(), ticker, events);
        if (sharing != null) {
            sharing.join(registry, joins);
        }
        memory = MemoryBudget.ofThisProcess(timer);
        sessionMeters = new SessionMeters(/* timesSignals= */ config.telemetry().metricsAccessKey() != null);
    }

    /** What sessions have in common; {@code arrived} is told of each new client. */
    SessionContext sessions(Runnable arrived) {
        Config.Limits limits = config.limits();
        return new SessionContext(
                registry,
                rooms,
                events,
                connections,
                joins,
                memory,
                limits.maxPayloadBytes(),
                limits.pingInterval(),
                Rate.perSecond(limits.messageRate(), limits.messageBurst()),
                ticker,
                sessionMeters,
                arrived);
    }

    /** Rooms over HTTP. */
    RoomsEndpoints endpoints() {
        return new RoomsEndpoints(
                rooms, joins, NetworkRate.perMinute(config.rooms().perMinute(), ticker), registry::isStopping, events);
    }

    /** What connections may take of memory, together. */
    MemoryBudget memory() {
        return memory;
    }

    /** How many of {@code network} are in its list. */
    int listed(NetworkKey network) {
        return registry.listed(network);
    }

    /** How many WebSockets there are. */
    int clients() {
        return registry.connections();
    }

    /** Whether no more WebSockets are let in. */
    boolean isFull() {
        return connections.isFull();
    }

    /** Whether there may be other instances. */
    boolean hasOthers() {
        return sharing != null;
    }

    /** Whether other instances can be reached; false where there are none. */
    boolean isShared() {
        return sharing != null && sharing.isUp();
    }

    /** The engine, for {@code /readyz}. */
    Dependency engine() {
        return sharing == null ? Dependency.NONE : sharing.dependency();
    }

    void addTo(Meters meters) {
        registry.addTo(meters);
        book.addTo(meters);
        rooms.addTo(meters);
        connections.addTo(meters);
        memory.addTo(meters);
        sessionMeters.addTo(meters);
        if (sharing != null) {
            sharing.addTo(meters);
        }
    }

    void start() {
        if (sharing != null) {
            sharing.start();
        }
        new Periodic("rooms", timer, events).every(SWEEP, rooms::sweep);
    }

    /** From now on this instance is one that others should not count on. */
    void draining() {
        if (sharing != null) {
            sharing.draining();
        }
    }

    /** Lets flights and rooms end by themselves, within {@code limit}. */
    void drain(Duration limit) throws InterruptedException {
        new Drain(registry, connections::close, events, new Drain.Time(ticker, Rendezvous::sleep), new Random())
                .run(limit);
    }

    private static void sleep(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    /** Nobody comes in any more, and others are told, within a part of {@code limit}. */
    void stop(Duration limit) throws InterruptedException {
        registry.stopping();
        if (sharing != null) {
            sharing.stop(leaving(limit));
        }
    }

    /** Lets go of the engine, within a part of {@code limit}, while the event loops still run. */
    void close(Duration limit) throws InterruptedException {
        if (sharing != null) {
            sharing.close(leaving(limit));
        }
    }

    private static Duration leaving(Duration limit) {
        Duration part = limit.dividedBy(4);
        return part.compareTo(LEAVE_OTHERS) < 0 ? part : LEAVE_OTHERS;
    }
}

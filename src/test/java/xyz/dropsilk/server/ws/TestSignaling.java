package xyz.dropsilk.server.ws;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.limit.ConnectionLimit;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.limit.Rate;
import xyz.dropsilk.server.room.RoomBook;
import xyz.dropsilk.server.room.RoomSettings;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualTicker;

/** What sessions share, small enough to see its limits: two connections, one a network, a payload of 1,000 bytes, a megabyte for all. */
final class TestSignaling {
    static final int MAX_PAYLOAD = 1_000;

    final SessionMeters meters = new SessionMeters(/* timesSignals= */ true);
    final CollectedEvents events = new CollectedEvents();
    final ManualTicker ticker = new ManualTicker();
    final ConnectionLimit connections = new ConnectionLimit(2, 1);
    final MemoryBudget memory;
    final FlightRegistry registry;
    final Rooms rooms;
    /** What each new client is told to. */
    Runnable arrived = () -> {};

    final SessionContext shared;

    TestSignaling(EventLoop loop) {
        memory = new MemoryBudget(1 << 20, loop);
        RoomSettings settings =
                new RoomSettings(Duration.ofMinutes(30), Duration.ofSeconds(150), 1_000, Integer.MAX_VALUE);
        RoomBook book = new RoomBook(settings, ticker);
        registry = new FlightRegistry(
                new FlightRegistry.Lists(10, Duration.ZERO),
                events,
                new FlightRegistry.Time(InstantSource.system(), ticker, loop),
                book);
        rooms = new Rooms(registry, book, settings, new Rooms.Time(InstantSource.system(), ticker), network -> true);
        shared = withTicker(ticker);
    }

    /** The same with sessions that go by another ticker. */
    SessionContext withTicker(LongSupplier other) {
        return with(Duration.ofSeconds(30), other);
    }

    /** The same with sessions that are not pinged. */
    SessionContext withoutPings() {
        return with(Duration.ZERO, ticker);
    }

    private SessionContext with(Duration pingInterval, LongSupplier other) {
        return new SessionContext(
                registry,
                rooms,
                events,
                connections,
                new JoinLimit(60, ticker, events),
                memory,
                MAX_PAYLOAD,
                pingInterval,
                Rate.of(100, 1, 300),
                other,
                meters,
                () -> arrived.run());
    }
}

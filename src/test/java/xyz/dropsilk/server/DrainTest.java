package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.flight.Records;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;
import xyz.dropsilk.server.testing.RecordingPeer;

/** A drain's schedule, in time that a test moves: each of its pauses lets the test do something, and takes as long as it should. */
class DrainTest {
    private static final Duration LIMIT = Duration.ofSeconds(280);

    private final ManualExecutor time = new ManualExecutor();
    private final CollectedEvents events = new CollectedEvents();
    private final FlightRegistry registry = new FlightRegistry(
            new FlightRegistry.Lists(200, Duration.ZERO),
            events,
            new FlightRegistry.Time(time, time::nanos, time),
            Records.Listener.none());
    private final List<RecordingPeer> here = new ArrayList<>();
    private final Map<RecordingPeer, Duration> gone = new LinkedHashMap<>();

    /** What happens when so much of the drain has passed. */
    private final TreeMap<Duration, Runnable> script = new TreeMap<>();

    private long begun;
    private Duration refusedAfter = Duration.ZERO;

    private RecordingPeer connect() {
        RecordingPeer peer = new RecordingPeer("203.0.113." + (here.size() % 250));
        registry.connect(peer);
        here.add(peer);
        return peer;
    }

    private void connect(int many) {
        for (int i = 0; i < many; i++) {
            connect();
        }
    }

    private void disconnect(RecordingPeer peer) {
        registry.disconnect(peer, RoomSockets.End.CLOSED);
        here.remove(peer);
    }

    private String flightOf(RecordingPeer creator) {
        registry.createFlight(creator);
        String last = creator.received().get(creator.received().size() - 1);
        return last.replaceFirst(".*\"flightCode\":\"([A-Z2-9]{6})\".*", "$1");
    }

    /** Lets newcomers be none any more, and drains. */
    private Duration drain(Duration limit) throws InterruptedException {
        time.advance(Duration.ofMinutes(1));
        events.take();
        begun = time.nanos();
        new Drain(
                        registry,
                        () -> refusedAfter = refusedAfter.isZero() ? passed() : refusedAfter,
                        events,
                        new Drain.Time(time::nanos, this::sleep),
                        new Random(7))
                .run(limit);
        return passed();
    }

    private Duration passed() {
        return Duration.ofNanos(time.nanos() - begun);
    }

    /** First those who were told to go do, as their sessions would have it. */
    private void sleep(Duration pause) {
        for (RecordingPeer peer : List.copyOf(here)) {
            if (peer.wasDismissed() && !registry.isSomewhere(peer)) {
                gone.put(peer, passed());
                disconnect(peer);
            }
        }
        time.advance(pause);
        while (!script.isEmpty() && script.firstKey().compareTo(passed()) <= 0) {
            script.pollFirstEntry().getValue().run();
        }
    }

    private long goneUntil(Duration moment) {
        return gone.values().stream().filter(at -> at.compareTo(moment) <= 0).count();
    }

    private Duration goneAt(RecordingPeer peer) {
        return gone.getOrDefault(peer, Duration.ZERO);
    }

    private static void assertNear(long expected, long actual, long tolerance) {
        assertTrue(Math.abs(actual - expected) <= tolerance, actual + " instead of some " + expected);
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void withNobodyThereItEndsAtOnce() throws InterruptedException {
        assertEquals(Duration.ZERO, drain(LIMIT));
        assertEquals(List.of("system:draining", "system:draining"), events.names());
    }

    @Test
    void idleClientsGoOneByOneInThirtySeconds() throws InterruptedException {
        connect(3_000);
        Duration took = drain(LIMIT);
        assertTrue(took.compareTo(seconds(31)) < 0, took::toString);
        assertEquals(3_000, gone.size());
        for (int second = 3; second <= 30; second += 3) {
            assertNear(100L * second, goneUntil(seconds(second)), 30);
        }
        assertEquals(0, registry.stats().connections());
    }

    @Test
    void aShortDrainTakesAQuarterOfItForThem() throws InterruptedException {
        connect(400);
        Duration took = drain(seconds(20));
        assertTrue(took.compareTo(Duration.ofMillis(5_500)) < 0, took::toString);
        assertNear(200, goneUntil(Duration.ofMillis(2_500)), 20);
    }

    @Test
    void whoGoesFirstIsDrawn() throws InterruptedException {
        connect(1_000);
        List<RecordingPeer> byArrival = List.copyOf(here);
        drain(LIMIT);
        long firstHalf = List.copyOf(gone.keySet()).subList(0, 500).stream()
                .filter(byArrival.subList(0, 500)::contains)
                .count();
        assertNear(250, firstHalf, 50);
    }

    @Test
    void aSingleOneDoesNotAlwaysGoFirst() throws InterruptedException {
        RecordingPeer only = connect();
        drain(LIMIT);
        assertTrue(gone.containsKey(only));
        assertTrue(goneAt(only).compareTo(seconds(1)) > 0, gone::toString);
    }

    @Test
    void whoIsInAFlightStaysAloneOrNotUntilItsEnd() throws InterruptedException {
        RecordingPeer host = connect();
        RecordingPeer guest = connect();
        RecordingPeer alone = connect();
        registry.joinFlight(guest, flightOf(host), guest);
        flightOf(alone);
        connect(50);
        script.put(seconds(100), () -> disconnect(guest));
        script.put(seconds(150), () -> disconnect(alone));
        script.put(seconds(200), () -> disconnect(host));
        assertEquals(seconds(200), drain(LIMIT));
        assertEquals(50, gone.size());
    }

    @Test
    void itsTimeIsALimit() throws InterruptedException {
        flightOf(connect());
        assertEquals(LIMIT, drain(LIMIT));
        assertEquals(Duration.ofMillis(1_300), drain(Duration.ofMillis(1_300)));
    }

    @Test
    void handshakesAreTakenForFiveSeconds() throws InterruptedException {
        flightOf(connect());
        drain(LIMIT);
        assertEquals(seconds(5), refusedAfter);
    }

    @Test
    void aDrainThatIsShorterRefusesNoHandshake() throws InterruptedException {
        flightOf(connect());
        drain(seconds(4));
        assertEquals(Duration.ZERO, refusedAfter);
    }

    @Test
    void aNewcomerHasAMomentToJoinSomething() throws InterruptedException {
        RecordingPeer host = connect();
        String code = flightOf(host);
        List<RecordingPeer> newcomers = new ArrayList<>();
        script.put(seconds(4), () -> {
            newcomers.add(connect());
            newcomers.add(connect());
        });
        script.put(Duration.ofMillis(5_800), () -> registry.joinFlight(newcomers.get(0), code, newcomers.get(0)));
        script.put(seconds(50), () -> {
            assertFalse(newcomers.get(0).wasDismissed());
            assertTrue(newcomers.get(1).wasDismissed(), "it has joined nothing");
            disconnect(newcomers.get(0));
            disconnect(host);
        });
        assertEquals(seconds(50), drain(LIMIT));
        assertEquals(1, gone.size());
        assertTrue(goneAt(newcomers.get(1)).compareTo(seconds(6)) >= 0, gone::toString);
    }

    /** Whoever leaves a room closes its transfer socket; that for chat is attached to nothing from then on. */
    @Test
    void socketsOfRoomsStayAndWhoeverBecomesFreeGoes() throws InterruptedException {
        RecordingPeer transfer = connect();
        RecordingPeer chat = connect();
        Participant host = Participant.newcomer("host", "Ann");
        assertTrue(registry.commit(
                        "ABCDEF",
                        Records.PAGE,
                        now -> Room.create(now, "ABCDEF", host, transfer.address(), time.instant()))
                .toCompletableFuture()
                .isDone());
        registry.attach(transfer, "ABCDEF", "host", RoomChannel.TRANSFER);
        registry.attach(chat, "ABCDEF", "host", RoomChannel.CHAT);
        script.put(seconds(100), () -> {
            assertFalse(transfer.wasDismissed());
            assertFalse(chat.wasDismissed());
            disconnect(transfer);
        });
        Duration took = drain(LIMIT);
        assertEquals(
                Map.of("phase", "begun", "seconds", 280.0, "connections", 2, "inFlights", 0, "inRooms", 2),
                events.named("system:draining").get(0).fields());
        assertTrue(took.compareTo(seconds(103)) < 0, took::toString);
        assertTrue(goneAt(chat).compareTo(seconds(100)) >= 0, gone::toString);
    }

    /** The session asks again before it closes; so a drain must ask again later. */
    @Test
    void whoJoinsSomethingInTheLastMomentStays() throws InterruptedException {
        connect(20);
        RecordingPeer host = connect();
        String code = flightOf(host);
        RecordingPeer joiner = here.get(0);
        script.put(Duration.ofMillis(250), () -> registry.joinFlight(joiner, code, joiner));
        script.put(seconds(40), () -> {
            disconnect(joiner);
            disconnect(host);
        });
        assertEquals(seconds(40), drain(LIMIT));
        assertEquals(19, gone.size());
    }

    @Test
    void itsBeginningAndItsEndAreTold() throws InterruptedException {
        RecordingPeer host = connect();
        RecordingPeer guest = connect();
        registry.joinFlight(guest, flightOf(host), guest);
        connect(10);
        script.put(seconds(60), () -> disconnect(guest));
        drain(seconds(80));
        List<ServerEvent> told = events.named("system:draining");
        assertEquals(2, told.size());
        assertEquals(
                Map.of("phase", "begun", "seconds", 80.0, "connections", 12, "inFlights", 2, "inRooms", 0),
                told.get(0).fields());
        assertEquals(
                Map.of("phase", "done", "seconds", 80.0, "connections", 1, "inFlights", 1, "inRooms", 0),
                told.get(1).fields());
    }
}

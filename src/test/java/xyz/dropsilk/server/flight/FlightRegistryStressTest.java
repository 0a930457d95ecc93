package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.base.Threads;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/**
 * Several threads decide for the same clients at once. Every client must hear a conversation in the contract's order, nobody's leaving may
 * get lost, and once the threads rest everybody must see what is there.
 */
class FlightRegistryStressTest {
    private static final int LOOPS = 8;
    private static final int OPERATIONS_A_PHASE = 2_000;
    private static final long LIMIT_SECONDS = 60;

    private final Map<String, LongAdder> events = new ConcurrentHashMap<>();
    private final LongAdder signalsInStories = new LongAdder();
    private final ScheduledExecutorService timer = Threads.scheduled("presence");
    private final ExecutorService threads = Executors.newFixedThreadPool(LOOPS);
    private final FlightRegistry registry = new FlightRegistry(
            new FlightRegistry.Lists(200, Duration.ofNanos(200_000)),
            this::note,
            new FlightRegistry.Time(InstantSource.system(), System::nanoTime, timer),
            Records.Listener.none());
    private final Loop.NoticeBoard board = new Loop.NoticeBoard();

    @AfterEach
    void stop() {
        threads.shutdownNow();
        timer.shutdownNow();
    }

    @Test
    void conversationsStayInOrder() throws Exception {
        run(25, System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS));
    }

    @Tag("long")
    @Test
    void conversationsStayInOrderForAMinute() throws Exception {
        run(Integer.MAX_VALUE, System.nanoTime() + TimeUnit.MINUTES.toNanos(1));
    }

    private void run(int phases, long end) throws Exception {
        long seed = System.nanoTime();
        List<Loop> loops = Stream.iterate(seed, previous -> previous + 1)
                .map(seedOfLoop -> new Loop(registry, board, seedOfLoop))
                .limit(LOOPS)
                .toList();
        for (int phase = 0; phase < phases && System.nanoTime() < end; phase++) {
            together(loops, loop -> loop.run(OPERATIONS_A_PHASE));
            checkFlights(loops);
            awaitLists(loops);
        }
        together(loops, Loop::disconnectAll);
        checkThatNothingIsLeft(loops);
    }

    /** Runs {@code task} for all loops, each on a thread of its own. */
    private void together(List<Loop> loops, Consumer<Loop> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(LOOPS);
        List<Callable<Void>> tasks = loops.stream()
                .map(loop -> (Callable<Void>) () -> {
                    start.await();
                    task.accept(loop);
                    return null;
                })
                .toList();
        for (Future<Void> done : threads.invokeAll(tasks, LIMIT_SECONDS, TimeUnit.SECONDS)) {
            done.get();
        }
    }

    /** Whoever has a peer is its peer's peer: no peer-left is lost and none came too much. */
    private void checkFlights(List<Loop> loops) {
        registry.checkInvariants();
        Map<String, Conversation> here = new HashMap<>();
        Set<String> codes = new HashSet<>();
        all(loops).forEach(client -> here.put(client.peer.id(), client.heard));
        for (Conversation heard : here.values()) {
            String partner = heard.partner();
            if (partner != null) {
                Conversation other = here.get(partner);
                assertNotNull(other, () -> heard.peer + " was not told that its peer left");
                assertEquals(heard.peer.id(), other.partner());
                assertEquals(heard.code(), other.code());
            }
            if (heard.code() != null) {
                codes.add(heard.code());
            }
        }
        assertEquals(here.size(), registry.stats().connections());
        assertEquals(codes.size(), registry.stats().flights());
    }

    /** Once presence has come to rest everybody has seen who is there, by the newest names. */
    private void awaitLists(List<Loop> loops) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        String missing = whoseListIsOld(loops);
        while (!missing.isEmpty()) {
            assertTrue(System.nanoTime() < end, missing);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            missing = whoseListIsOld(loops);
        }
    }

    private static String whoseListIsOld(List<Loop> loops) {
        List<Loop.Client> clients = all(loops);
        for (Loop.Client client : clients) {
            Set<String> expected = new TreeSet<>();
            for (Loop.Client other : clients) {
                boolean sees = client.heard.partner() == null && other.heard.partner() == null && other != client;
                if (sees && other.peer.network().equals(client.peer.network())) {
                    expected.add(Told.user(other.peer, other.name));
                }
            }
            Set<String> seen = usersOf(String.valueOf(client.heard.list()));
            if (!seen.equals(expected)) {
                return client.peer + " sees " + seen + " instead of " + expected;
            }
        }
        return "";
    }

    private static final Pattern USER = Pattern.compile("\\{\"id\":[^}]*}");

    private static Set<String> usersOf(String list) {
        Set<String> users = new TreeSet<>();
        USER.matcher(list).results().forEach(found -> users.add(found.group()));
        return users;
    }

    private void checkThatNothingIsLeft(List<Loop> loops) {
        registry.checkInvariants(); // with no member there is no network
        FlightRegistry.Stats stats = registry.stats();
        assertEquals(0, stats.connections());
        assertEquals(0, stats.flights());
        assertEquals(stats.totalConnections(), stats.totalDisconnections());
        assertEquals(stats.totalConnections(), count("client:connected"));
        assertEquals(stats.totalFlightsCreated(), count("flight:created"));
        assertEquals(stats.totalFlightsCreated(), count("flight:ended"));
        assertEquals(stats.totalFlightsCreated(), count("FLIGHT STORY COMPLETE"));
        assertEquals(stats.totalFlightsJoined(), count("flight:joined"));
        assertEquals(0, count("system:error"));
        long heard = loops.stream().mapToLong(Loop::signalsHeard).sum();
        assertEquals(heard, stats.signalsRelayed());
        assertEquals(heard, signalsInStories.sum());
        assertTrue(heard > 1_000 && count("flight:joined") > 1_000 && count("flight:invitation") > 20, "" + events);
    }

    private static List<Loop.Client> all(List<Loop> loops) {
        return loops.stream().flatMap(loop -> loop.clients().stream()).toList();
    }

    private void note(ServerEvent event) {
        events.computeIfAbsent(event.eventName(), name -> new LongAdder()).increment();
        if (event.fields().get("story") instanceof Map<?, ?> story) {
            Map<?, ?> stats = (Map<?, ?>) Objects.requireNonNull(story.get("stats"));
            signalsInStories.add((Long) Objects.requireNonNull(stats.get("signalsExchanged")));
        }
    }

    private long count(String event) {
        LongAdder count = events.get(event);
        return count == null ? 0 : count.sum();
    }

    /** Two who try the same seat at the same moment: one gets it, the other hears that it is taken. */
    @Test
    void ofTwoJoinsAtOnceExactlyOneGetsTheSeat() throws Exception {
        int rounds = 3_000;
        CyclicBarrier start = new CyclicBarrier(2);
        for (int round = 0; round < rounds; round++) {
            RecordingPeer host = connect("192.168.1.2");
            RecordingPeer one = connect("203.0.113.7");
            RecordingPeer two = connect("198.51.100.1");
            registry.createFlight(host);
            String code = host.take().get(2).replaceFirst(".*\"flightCode\":\"(.{6})\"}", "$1");
            List.of(one, two).forEach(RecordingPeer::take);
            List<Callable<Void>> joins = Stream.of(one, two)
                    .map(guest -> (Callable<Void>) () -> {
                        start.await();
                        registry.joinFlight(guest, code, guest);
                        return null;
                    })
                    .toList();
            for (Future<Void> joined : threads.invokeAll(joins)) {
                joined.get();
            }

            RecordingPeer winner = one.link() == null ? two : one;
            RecordingPeer loser = one.link() == null ? one : two;
            assertEquals(List.of(Told.peerJoined(code, Told.user(host), "wan"), Told.NOBODY), winner.take());
            assertEquals(List.of(Told.peerJoined(code, Told.user(winner), "wan"), Told.NOBODY), host.take());
            assertEquals(List.of(Told.NOT_FOUND), loser.take());
            List.of(host, one, two).forEach(peer -> registry.disconnect(peer, RoomSockets.End.CLOSED));
        }
        assertEquals(rounds, registry.stats().totalFlightsJoined());
    }

    private RecordingPeer connect(String address) {
        RecordingPeer peer = new RecordingPeer(address);
        registry.connect(peer);
        return peer;
    }
}

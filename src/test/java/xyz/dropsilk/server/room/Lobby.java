package xyz.dropsilk.server.room;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.SteadyTicker;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;
import xyz.dropsilk.server.testing.RecordingPeer;
import xyz.dropsilk.server.testing.WebClient;

/** Rooms and their registry, whose time is moved by hand, with what a test wants to do with them. */
final class Lobby {
    static final Duration SILENCE = Duration.ofSeconds(150);
    static final Duration TIME_TO_LIVE = Duration.ofMinutes(30);
    private static final Duration SWEEP = Duration.ofMillis(500);

    final ManualExecutor time = new ManualExecutor();
    final CollectedEvents events = new CollectedEvents();
    final FlightRegistry registry;
    final Rooms rooms;

    /** Whether a WebSocket would be let in. */
    boolean admitsSockets = true;

    /** Wrong codes so far. */
    int wrongCodes;

    Lobby() {
        this(1_000, 1_000);
    }

    Lobby(int maxRooms, int maxPerNetwork) {
        RoomSettings settings = new RoomSettings(TIME_TO_LIVE, SILENCE, maxRooms, maxPerNetwork);
        SteadyTicker ticker = new SteadyTicker(time::nanos);
        RoomBook book = new RoomBook(settings, ticker);
        registry = new FlightRegistry(
                new FlightRegistry.Lists(200, Duration.ZERO),
                events,
                new FlightRegistry.Time(time, time::nanos, time),
                book);
        rooms = new Rooms(registry, book, settings, new Rooms.Time(time, ticker), network -> admitsSockets);
    }

    /** Somebody in a room, as its page knows itself. */
    final class Page {
        final String code;
        final String id;

        private Page(JsonNode summary) {
            this.code = summary.path("roomCode").asText();
            this.id = summary.path("self").path("participantId").asText();
        }

        /** What its poll shows. */
        JsonNode poll() {
            Rooms.Answer answer = answer(rooms.poll(code, id, HOME));
            assertEquals(Rooms.Outcome.DONE, answer.outcome());
            return WebClient.json(new String(answer.summary(), UTF_8));
        }

        Rooms.Outcome pollOutcome() {
            return answer(rooms.poll(code, id, HOME)).outcome();
        }

        JsonNode ready() {
            return ready(1, 1);
        }

        JsonNode ready(int files, long bytes) {
            return done(rooms.ready(code, id, HOME, files, bytes));
        }

        JsonNode chat(boolean active) {
            return done(rooms.chat(code, id, HOME, active));
        }

        Rooms.Answer share(boolean active) {
            return answer(rooms.share(code, id, HOME, active));
        }

        /** A new socket, attached for it. */
        RecordingPeer attach(RoomChannel channel) {
            RecordingPeer socket = connect("192.168.1.2");
            attach(socket, channel);
            return socket;
        }

        RecordingPeer attach() {
            return attach(RoomChannel.TRANSFER);
        }

        void attach(RecordingPeer socket, RoomChannel channel) {
            rooms.attach(socket, code, id, channel);
        }
    }

    static final Rooms.Caller HOME = caller("192.168.1.2");

    static Rooms.Caller caller(String address) {
        try {
            InetAddress at = InetAddress.getByName(address);
            return new Rooms.Caller(at, NetworkKey.of(at));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    Page create(String name) {
        return new Page(done(rooms.create(name, HOME)));
    }

    Page join(String code, String name) {
        return new Page(done(tryJoin(code, name)));
    }

    CompletionStage<Rooms.Answer> tryJoin(String code, String name) {
        return rooms.join(code, name, HOME, new CodeTries() {
            @Override
            public boolean mayTry() {
                return true;
            }

            @Override
            public void failed() {
                wrongCodes++;
            }
        });
    }

    Rooms.Outcome joinOutcome(String code) {
        return answer(tryJoin(code, "Somebody")).outcome();
    }

    private static JsonNode done(CompletionStage<Rooms.Answer> stage) {
        Rooms.Answer answer = answer(stage);
        assertEquals(Rooms.Outcome.DONE, answer.outcome());
        return WebClient.json(new String(answer.summary(), UTF_8));
    }

    static Rooms.Answer answer(CompletionStage<Rooms.Answer> stage) {
        return stage.toCompletableFuture().join();
    }

    /** A client that has just connected from {@code address} and been told its first messages. */
    RecordingPeer connect(String address) {
        RecordingPeer peer = new RecordingPeer(address);
        registry.connect(peer);
        peer.take();
        return peer;
    }

    /** The page closes its socket. */
    void close(RecordingPeer peer) {
        registry.disconnect(peer, RoomSockets.End.CLOSED);
    }

    /** The connection breaks. */
    void lose(RecordingPeer peer) {
        registry.disconnect(peer, RoomSockets.End.LOST);
    }

    /** Time passes, in which the server runs. */
    void pass(Duration duration) {
        Duration left = duration;
        while (!left.isZero()) {
            Duration step = left.compareTo(SWEEP) < 0 ? left : SWEEP;
            time.advance(step);
            rooms.sweep();
            left = left.minus(step);
        }
    }

    void passSeconds(double seconds) {
        pass(Duration.ofMillis((long) (seconds * 1_000)));
    }

    /** The names of the events of rooms since the last call. */
    List<String> roomEvents() {
        return events.take().stream()
                .map(event -> event.eventName())
                .filter(name -> !name.startsWith("client:"))
                .toList();
    }

    /** The types of messages that {@code peer} was told since the last call, but for lists. */
    static List<String> types(RecordingPeer peer) {
        return peer.take().stream()
                .map(message -> WebClient.json(message).path("type").asText())
                .filter(type -> !type.equals("users-on-network-update"))
                .toList();
    }

    static JsonNode last(RecordingPeer peer, String type) {
        List<String> received = peer.received();
        for (int i = received.size() - 1; i >= 0; i--) {
            JsonNode message = WebClient.json(received.get(i));
            if (message.path("type").asText().equals(type)) {
                return message;
            }
        }
        throw new AssertionError("no " + type + " in " + received);
    }
}

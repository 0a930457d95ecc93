package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;
import xyz.dropsilk.server.testing.RecordingPeer;

/** A registry whose time is moved by hand, with what a test wants to do with it. */
final class Airfield {
    final ManualExecutor time = new ManualExecutor();
    final CollectedEvents events = new CollectedEvents();
    final FlightRegistry registry;

    /** One in whose networks newcomers are seen at once. */
    Airfield(int maxListed) {
        this(maxListed, Duration.ZERO);
    }

    Airfield(int maxListed, Duration arrivalDelay) {
        registry = new FlightRegistry(
                new FlightRegistry.Lists(maxListed, arrivalDelay),
                events,
                new FlightRegistry.Time(time, time::nanos, time),
                Records.Listener.none());
    }

    Airfield() {
        this(200);
    }

    /** A client that has just connected from {@code address}. */
    RecordingPeer connect(String address) {
        RecordingPeer peer = new RecordingPeer(address);
        registry.connect(peer);
        return peer;
    }

    /** The client closes its socket. */
    void disconnect(RecordingPeer peer) {
        registry.disconnect(peer, RoomSockets.End.CLOSED);
    }

    /** The code of a new flight with {@code creator} in it. */
    String flightOf(RecordingPeer creator) {
        registry.createFlight(creator);
        String last = creator.received().get(creator.received().size() - 1);
        return last.replaceFirst("^\\{\"type\":\"flight-created\",\"flightCode\":\"([A-Z2-9]{6})\"}$", "$1");
    }

    /** The code of a new full flight. */
    String flightOf(RecordingPeer creator, RecordingPeer guest) {
        String code = flightOf(creator);
        registry.joinFlight(guest, code, guest);
        return code;
    }

    void passMillis(long millis) {
        time.advance(Duration.ofMillis(millis));
    }

    /** Lets presence come to rest. */
    void settle() {
        time.advance(Duration.ofMinutes(10));
    }

    /** Comes to rest, and forgets what {@code peers} were told until then. */
    void settle(RecordingPeer... peers) {
        settle();
        Arrays.stream(peers).forEach(RecordingPeer::take);
    }

    /** The names of the events since the last call, without those that tell of clients. */
    List<String> flightEvents() {
        return events.take().stream()
                .map(event -> event.eventName())
                .filter(name -> !name.startsWith("client:"))
                .toList();
    }
}

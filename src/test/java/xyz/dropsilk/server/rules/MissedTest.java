package xyz.dropsilk.server.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.User;

/** What sockets are told that have missed how their room changed. */
class MissedTest {
    private static final Instant AT = Instant.parse("2026-11-26T16:00:00Z");
    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();
    private static final RoomChannel CHANNEL = RoomChannel.TRANSFER;
    private static final String HOST = "host";
    private static final String GUEST = "guest";

    private static Room room(Decision decision) {
        return (Room) Objects.requireNonNull(decision.next());
    }

    private static Room attached(Room room, String participant, String socket, long number) {
        Seat seat = new Seat(new User(socket, participant), NetworkKey.of(ADDRESS), ADDRESS);
        return room(RoomSockets.attach(room, participant, CHANNEL, seat, number, AT));
    }

    /** The host's socket waits. */
    private static Room waiting() {
        Room room = room(Room.create(null, "K7QX2M", Participant.newcomer(HOST, "Ada"), ADDRESS, AT));
        room = room(Room.join(room, Participant.newcomer(GUEST, "Bob"), ADDRESS, (in, who) -> false, AT));
        return attached(room, HOST, "socket1", 1);
    }

    /** What the host's socket is told. */
    private static List<String> told(Room told, Room next) {
        return RoomSockets.missed(told, next, "socket1"::equals).stream()
                .map(delivery -> delivery.getClass().getSimpleName())
                .toList();
    }

    @Test
    void whoeverIsPairedWithTheSameSocketUnderAnotherNumberIsLeftByNobody() {
        Room here = attached(waiting(), GUEST, "socket2", 2);
        Room there = attached(waiting(), GUEST, "socket2", 77);
        assertEquals(List.of("Paired"), told(here, there));
        assertEquals(List.of(), told(here, here));
    }

    @Test
    void whoeverIsPairedWithAnotherSocketWasLeft() {
        Room here = attached(waiting(), GUEST, "socket2", 2);
        Room there = attached(waiting(), GUEST, "socket3", 3);
        assertEquals(List.of("PeerLeft", "Paired"), told(here, there));
        assertEquals(List.of("PeerLeft"), told(here, waiting()));
        assertEquals(List.of("Paired"), told(waiting(), here));
    }

    @Test
    void socketsThatAnEngineHasForgottenAreAttachedAgainWhereNobodyHasTakenTheirPlace() {
        Room empty = room(Room.join(
                room(Room.create(null, "K7QX2M", Participant.newcomer(HOST, "Ada"), ADDRESS, AT)),
                Participant.newcomer(GUEST, "Bob"),
                ADDRESS,
                (in, who) -> false,
                AT));
        Room there = attached(empty, GUEST, "socket2", 5);
        Decision again = RoomSockets.attachAgain(there, waiting(), "socket1"::equals, 70, AT);
        assertEquals(List.of(), told(waiting(), waiting()));
        assertEquals(List.of("Paired"), told(waiting(), room(again)));
        assertEquals(there, room(RoomSockets.attachAgain(there, waiting(), socket -> false, 70, AT)));
        Room taken = attached(empty, HOST, "socket9", 6);
        assertEquals(taken, room(RoomSockets.attachAgain(taken, waiting(), "socket1"::equals, 70, AT)));
    }
}

package xyz.dropsilk.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract, 6: rooms by state, and what became of them. */
class RoomMetersTest {
    private final Lobby lobby = new Lobby();
    private final Meters meters = new Meters();

    @BeforeEach
    void count() {
        lobby.registry.addTo(meters);
        lobby.rooms.addTo(meters);
    }

    private void assertEnded(long met, long silent, long lonely) {
        assertEquals(
                Map.of("met", met, "silent", silent, "lonely", lonely), meters.values("dropsilk_rooms_ended_total"));
    }

    @Test
    void aRoomThatNobodyJoinedIsLonely() {
        Lobby.Page host = lobby.create("Ann");
        lobby.close(host.attach());
        assertEnded(0, 0, 1);
    }

    @Test
    void aRoomInWhichNothingWasSaidIsSilent() {
        Lobby.Page host = lobby.create("Ann");
        Lobby.Page guest = lobby.join(host.code, "Bob");
        RecordingPeer one = host.attach();
        RecordingPeer other = guest.attach();
        lobby.close(one);
        lobby.close(other);
        assertEnded(0, 1, 0);
        assertEquals(1, meters.value("dropsilk_rooms_paired_total"));
    }

    @Test
    void aRoomMetThoughASocketWasReplacedAfterwards() {
        Lobby.Page host = lobby.create("Ann");
        Lobby.Page guest = lobby.join(host.code, "Bob");
        RecordingPeer one = host.attach();
        RecordingPeer other = guest.attach();
        one.signal("1");
        other.signal("2");
        RecordingPeer again = host.attach();
        lobby.lose(one);
        lobby.close(again);
        lobby.close(other);
        assertEnded(1, 0, 0);
    }

    @Test
    void aTalkInTheChatIsAMeetingToo() {
        Lobby.Page host = lobby.create("Ann");
        Lobby.Page guest = lobby.join(host.code, "Bob");
        RecordingPeer one = host.attach(RoomChannel.CHAT);
        RecordingPeer other = guest.attach(RoomChannel.CHAT);
        one.signal("1");
        other.signal("2");
        lobby.close(one);
        lobby.close(other);
        lobby.close(host.attach());
        lobby.close(guest.attach());
        assertEnded(1, 0, 0);
    }

    @Test
    void pollsAreCounted() {
        Lobby.Page host = lobby.create("Ann");
        host.poll();
        host.poll();
        assertEquals(2, meters.value("dropsilk_room_polls_total"));
    }
}

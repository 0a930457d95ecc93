package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract, 1: what happens when a member's connection ends, and to the signals that come too late. */
class LeavingAFlightTest {
    private static final String HOME = "192.168.1.2";
    private static final String ELSEWHERE = "203.0.113.7";

    private final Airfield field = new Airfield();
    private final FlightRegistry registry = field.registry;
    private final RecordingPeer creator = field.connect(HOME);
    private final RecordingPeer guest = field.connect(HOME);
    private final RecordingPeer other = field.connect(HOME);
    private final String code = field.flightOf(creator, guest);

    @BeforeEach
    void settle() {
        field.settle(creator, guest, other);
    }

    @AfterEach
    void stateHoldsTogether() {
        registry.checkInvariants();
    }

    @Test
    void theOtherIsToldAndSeesItsNetworkAgain() {
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        assertEquals(List.of(Told.PEER_LEFT, Told.list(Told.user(other))), creator.take());

        field.settle();
        assertEquals(List.of(), creator.take());
        assertEquals(List.of(Told.list(Told.user(creator))), other.take());
        assertEquals(List.of(), guest.take());
    }

    @Test
    void theListIsToldAgainEvenIfItIsTheOneBeforeTheFlight() {
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        creator.take();
        RecordingPeer next = field.connect(ELSEWHERE);
        registry.joinFlight(next, code, next);
        creator.take();
        registry.disconnect(next, RoomSockets.End.CLOSED);

        assertEquals(List.of(Told.PEER_LEFT, Told.list(Told.user(other))), creator.take());
    }

    @Test
    void aThirdCanJoinUnderTheSameCode() {
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        field.settle(creator, other);
        registry.joinFlight(other, code, other);

        assertEquals(List.of(Told.peerJoined(code, Told.user(creator), "lan"), Told.NOBODY), other.take());
        assertEquals(List.of(Told.peerJoined(code, Told.user(other), "lan"), Told.NOBODY), creator.take());
    }

    @Test
    void theFlightOutlivesItsCreator() {
        registry.disconnect(creator, RoomSockets.End.CLOSED);
        assertEquals(List.of(Told.PEER_LEFT, Told.list(Told.user(other))), guest.take());
        field.settle(guest, other);
        registry.joinFlight(other, code, other);

        assertEquals(List.of(Told.peerJoined(code, Told.user(guest), "lan"), Told.NOBODY), other.take());
        assertEquals(List.of(Told.peerJoined(code, Told.user(other), "lan"), Told.NOBODY), guest.take());
    }

    @Test
    void theFlightEndsWithItsLastMember() {
        registry.disconnect(creator, RoomSockets.End.CLOSED);
        assertEquals(1, registry.stats().flights());
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        assertEquals(0, registry.stats().flights());

        registry.joinFlight(other, code, other);
        assertTrue(other.take().contains(Told.NOT_FOUND));
    }

    @Test
    void leavingTwiceIsLeavingOnce() {
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        creator.take();
        field.events.take();
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        field.settle();

        assertEquals(List.of(), creator.take());
        assertEquals(List.of(), field.events.take());
        assertEquals(1, registry.stats().totalDisconnections());
    }

    @Test
    void whoLeftIsHeardNoMore() {
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        field.settle(creator, guest, other);
        registry.rename(guest, "Ghost");
        registry.createFlight(guest);
        registry.invite(guest, other.id(), code, guest);
        field.settle();

        assertEquals(List.of(), guest.take());
        assertEquals(List.of(), other.take());
        assertEquals(1, registry.stats().flights());
    }

    /** The links are cleared and the signals shut out before peer-left is queued. */
    @Test
    void noSignalCanStandBehindPeerLeft() {
        List<String> journal = new ArrayList<>();
        creator.noteIn(journal);
        registry.disconnect(guest, RoomSockets.End.CLOSED);

        String id = creator.id();
        assertEquals(List.of(id + " link", id + " admit", id + " send", id + " show", id + " flush"), journal);
    }

    @Test
    void signalsHaveNowhereToGo() {
        registry.disconnect(guest, RoomSockets.End.CLOSED);

        assertNull(creator.link());
        assertNull(guest.link());
    }

    @Test
    void aLateSignalNeverReachesTheOther() {
        Peer.Link late = Objects.requireNonNull(guest.link());
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        creator.take();
        RecordingPeer.signal(late, "1");

        assertEquals(List.of(), creator.take());
    }

    @Test
    void aLateSignalOfTheFormerGuestDoesNotPassAsTheNextOnes() {
        Peer.Link late = Objects.requireNonNull(guest.link());
        registry.disconnect(guest, RoomSockets.End.CLOSED);
        registry.joinFlight(other, code, other);
        creator.take();
        RecordingPeer.signal(late, "1");
        assertNotEquals(late, other.link());
        other.signal("2");

        assertEquals(List.of(Told.signal("2")), creator.take());
        assertEquals(1, registry.stats().signalsRelayed());
    }
}

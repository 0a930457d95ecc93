package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract, 1: {@code invite-to-flight}. What is not allowed is no client's error: it says nothing, and is counted. */
class InvitationTest {
    private static final String HOME = "192.168.1.2";
    private static final String ELSEWHERE = "203.0.113.7";

    private final Airfield field = new Airfield(2);
    private final FlightRegistry registry = field.registry;
    private final RecordingPeer member = field.connect(HOME);
    private final RecordingPeer invitee = field.connect(HOME);
    private final String code = field.flightOf(member);

    @BeforeEach
    void settle() {
        registry.rename(member, "Ada");
        field.settle(member, invitee);
        field.events.take();
    }

    @Test
    void reachesTheInviteeWithTheCodeAndTheName() {
        registry.invite(member, invitee.id(), code, member);

        assertEquals(List.of(Told.invitation(code, "Ada")), invitee.take());
        assertEquals(List.of(), member.take());
        assertEquals(List.of("flight:invitation"), field.events.names());
    }

    @Test
    void reachesSomebodyWhoWaitsInAFlightOfItsOwn() {
        field.flightOf(invitee);
        invitee.take();
        registry.invite(member, invitee.id(), code, member);

        assertEquals(List.of(Told.invitation(code, "Ada")), invitee.take());
    }

    @Test
    void isForMembersOnly() {
        refused(() -> registry.invite(invitee, member.id(), code, invitee));
    }

    @Test
    void isForTheMembersOwnFlightOnly() {
        String other = field.flightOf(invitee);
        field.settle(member, invitee);
        refused(() -> registry.invite(member, invitee.id(), other, member));
        refused(() -> registry.invite(member, invitee.id(), null, member));
    }

    @Test
    void needsAFreeSeat() {
        RecordingPeer guest = field.connect(ELSEWHERE);
        registry.joinFlight(guest, code, guest);
        refused(() -> registry.invite(member, invitee.id(), code, member));
    }

    @Test
    void isForWhoeverStaysWhenTheSeatIsFreeAgain() {
        RecordingPeer guest = field.connect(HOME);
        registry.joinFlight(guest, code, guest);
        registry.disconnect(member, RoomSockets.End.CLOSED);
        invitee.take();
        registry.invite(guest, invitee.id(), code, guest);

        assertEquals(List.of(Told.invitation(code, "Anonymous")), invitee.take());
    }

    @Test
    void staysOnTheNetwork() {
        RecordingPeer stranger = field.connect(ELSEWHERE);
        stranger.take();
        refused(() -> registry.invite(member, stranger.id(), code, member));
        assertEquals(List.of(), stranger.take());
    }

    @Test
    void isNotForOneself() {
        refused(() -> registry.invite(member, member.id(), code, member));
        assertEquals(List.of(), member.take());
    }

    @Test
    void isNotForNobody() {
        refused(() -> registry.invite(member, "nobodyatall0", code, member));
        registry.disconnect(invitee, RoomSockets.End.CLOSED);
        refused(() -> registry.invite(member, invitee.id(), code, member));
    }

    @Test
    void isNotForSomebodyInAFullFlight() {
        field.flightOf(invitee, field.connect(ELSEWHERE));
        field.settle(invitee);
        refused(() -> registry.invite(member, invitee.id(), code, member));
    }

    @Test
    void isOnlyForWhomAListOfTheNewestNames() {
        RecordingPeer third = field.connect(HOME);
        registry.invite(member, invitee.id(), code, member);
        assertEquals(Told.invitation(code, "Ada"), invitee.take().get(0)); // the second newest of others

        RecordingPeer fourth = field.connect(HOME);
        field.settle(member, invitee, third, fourth);
        refused(() -> registry.invite(member, invitee.id(), code, member));
        field.events.take();

        registry.invite(member, third.id(), code, member);
        registry.invite(member, fourth.id(), code, member);
        assertEquals(List.of(Told.invitation(code, "Ada")), third.take());
        assertEquals(List.of(Told.invitation(code, "Ada")), fourth.take());
    }

    @Test
    void ofANewerMemberCountsTheOthersAlone() {
        RecordingPeer third = field.connect(HOME);
        String codeOfThird = field.flightOf(third);
        field.settle(member, invitee, third);
        registry.invite(third, member.id(), codeOfThird, third); // member and invitee are the two that third sees

        assertEquals(List.of(Told.invitation(codeOfThird, "Anonymous")), member.take());
    }

    private void refused(Runnable invitation) {
        field.events.take();
        List<String> before = invitee.received();
        invitation.run();

        assertEquals(before, invitee.received());
        assertEquals(
                List.of(Refusal.INVITATION),
                field.events.named("flight:error").stream()
                        .map(event -> event.refusal())
                        .toList());
        assertEquals(List.of(), field.events.named("flight:invitation"));
    }
}

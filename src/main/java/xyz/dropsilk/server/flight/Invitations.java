package xyz.dropsilk.server.flight;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Room;

/**
 * Who may invite whom to what (contract, 1, and rooms contract, 3). Whatever speaks against an invitation is no client's error, so only operators hear of
 * it. Guarded by the registry's lock.
 */
final class Invitations {
    private final Map<String, Member> members;
    private final NetworkGrouper grouper;
    private final Records flights;
    private final Records rooms;
    private final Deliveries deliveries;
    private final @Nullable Bus bus;

    Invitations(
            Map<String, Member> members,
            NetworkGrouper grouper,
            Records flights,
            Records rooms,
            Deliveries deliveries,
            @Nullable Bus bus) {
        this.members = members;
        this.grouper = grouper;
        this.flights = flights;
        this.rooms = rooms;
        this.deliveries = deliveries;
        this.bus = bus;
    }

    /** Invites where the contract lets it; else only operators hear of it. */
    void invite(Member member, String inviteeId, @Nullable String code, CodeTries tries, long now) {
        Entry own = code == null ? null : flights.find(code);
        if (code == null || own instanceof Flight) {
            invite(member, inviteeId, own, tries, now, Records.Freshness.FRESH);
            return;
        }
        member.asking = true;
        rooms.refresh(code, null, freshness -> {
            invite(member, inviteeId, rooms.find(code), tries, now, freshness);
            member.answered();
        });
    }

    private void invite(
            Member member,
            String inviteeId,
            @Nullable Entry entry,
            CodeTries tries,
            long now,
            Records.Freshness freshness) {
        boolean isOwnFlight = entry instanceof Flight
                && member.place instanceof Member.InFlight in
                && in.code().equals(entry.code());
        boolean isWrong = !isOwnFlight && !(entry instanceof Room);
        if (isWrong && freshness != Records.Freshness.UNKNOWN) {
            deliveries.effects().wrongCodes.add(tries);
        }
        if (entry == null || isWrong || !hasFreeSeat(entry) || !invite(member, inviteeId, entry, now)) {
            deliveries.effects().events.add(new InvitationRefused(member.peer.id()));
        } else {
            deliveries.effects().events.add(new FlightEvent.Invitation(entry.code(), member.peer.id(), inviteeId));
        }
    }

    private boolean invite(Member member, String inviteeId, Entry entry, long now) {
        Member invitee = members.get(inviteeId);
        if (invitee != null) {
            if (!grouper.lists(member, invitee) || !member.mayInvite(invitee, now)) {
                return false;
            }
            invitee.peer.send(ServerMessage.flightInvitation(entry.code(), member.user()));
            deliveries.effects().flushes.add(invitee.peer);
            return true;
        }
        if (bus == null || !grouper.listsElsewhere(member, inviteeId) || !member.mayInvite(now)) {
            return false;
        }
        bus.invite(inviteeId, member.network.key, entry.code(), member.user());
        return true;
    }

    private static boolean hasFreeSeat(Entry entry) {
        return entry instanceof Flight flight ? !flight.isFull() : entry instanceof Room room && room.hasFreeSeat();
    }

    /** Somebody of {@code network} on another instance invites {@code member}, which is listed there. */
    void invited(Member member, NetworkKey network, String code, User from, long now) {
        if (member.network.key.equals(network) && !member.unlisted && !member.paired) {
            if (member.mayBeInvited(now)) {
                member.peer.send(ServerMessage.flightInvitation(code, from));
                deliveries.effects().flushes.add(member.peer);
            }
        }
    }
}

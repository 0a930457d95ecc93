package xyz.dropsilk.server.flight;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.Seat;

/**
 * What holds between any two operations of {@link FlightRegistry}; tests check it after each.
 *
 * @param members by id
 * @param find what lives under a code
 * @param records where flights are kept
 * @param networks by key
 */
record RegistryInvariants(
        Map<String, Member> members,
        Function<String, @Nullable Entry> find,
        Records records,
        Map<NetworkKey, Network> networks) {
    /** Fails with the invariant that does not hold. */
    void check() {
        Map<Network, Integer> sizes = new HashMap<>();
        for (Member member : members.values()) {
            check(member);
            sizes.merge(member.network, 1, Integer::sum);
        }
        check(sizes.size() == networks.size(), "no network without a member");
        sizes.forEach(this::check);
        records.forEach(entry -> {
            if (entry instanceof Flight flight) {
                check(flight);
            }
        });
    }

    private void check(Member member) {
        boolean visible = member.network.visible.contains(member);
        check(visible != (member.paired || member.unlisted || member.arriving), "visible unless paired or unlisted");
        check(!member.arriving || member.network.arriving.contains(member), "who is to be shown is remembered");
        check(!member.paired || member.pairing != Peer.NO_PAIRING || member.place != null, "paired somewhere");
        if (member.place instanceof Member.InFlight in) {
            check(
                    find.apply(in.code()) instanceof Flight flight && isOf(flight, member.peer.id()),
                    "a member's flight is one that knows it");
        } else if (member.place instanceof Member.InRoom in) {
            check(
                    find.apply(in.code()) instanceof Room room && room.find(in.participant()) != null,
                    "a member's room is one that knows its participant");
        }
    }

    private static boolean isOf(Flight flight, String id) {
        return flight.host().id().equals(id)
                || (flight.guest() != null && flight.guest().id().equals(id));
    }

    private void check(Flight flight) {
        check(isIn(flight, flight.host()), "a flight's host is here and knows it");
        Seat guest = flight.guest();
        check(
                guest == null || (!guest.id().equals(flight.host().id()) && isIn(flight, guest)),
                "a flight's guest is here, another, and knows it");
        check((flight.pairing() != 0) == flight.isFull(), "a pairing is for two");
    }

    private boolean isIn(Flight flight, Seat seat) {
        Member member = members.get(seat.id());
        return member != null
                && member.paired == flight.isFull()
                && new Member.InFlight(flight.code()).equals(member.place);
    }

    private void check(Network network, int size) {
        check(networks.get(network.key) == network, "one network a key");
        check(network.size == size, "a network counts its members");
        check(!network.changed || network.due, "a change is always due to be shown");
        check(network.arriving.stream().noneMatch(member -> member.arriving) || network.due, "so is an arrival");
        check(network.listed.size() == network.visible.size(), "each of the visible is named once");
        for (int i = 1; i < network.visible.size(); i++) {
            check(network.visible.get(i - 1).arrival() < network.visible.get(i).arrival(), "in order of arrival");
        }
    }

    private static void check(boolean holds, String invariant) {
        if (!holds) {
            throw new IllegalStateException(invariant);
        }
    }
}

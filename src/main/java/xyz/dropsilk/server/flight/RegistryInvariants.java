package xyz.dropsilk.server.flight;

import java.util.HashMap;
import java.util.Map;
import xyz.dropsilk.server.address.NetworkKey;

/**
 * What holds between any two operations of {@link FlightRegistry}; tests check it after each.
 *
 * @param members by id
 * @param flights by code
 * @param networks by key
 */
record RegistryInvariants(Map<String, Member> members, Map<String, Flight> flights, Map<NetworkKey, Network> networks) {
    /** Fails with the invariant that does not hold. */
    void check() {
        flights.values().forEach(this::check);
        Map<Network, Integer> sizes = new HashMap<>();
        for (Member member : members.values()) {
            Flight flight = member.flight;
            check(flight == null || flights.get(flight.code) == flight, "a member's flight is one that is known");
            boolean visible = flight == null || !flight.isFull();
            check(visible == member.network.visible.contains(member), "visible unless in a full flight");
            sizes.merge(member.network, 1, Integer::sum);
        }
        check(sizes.size() == networks.size(), "no network without a member");
        sizes.forEach(this::check);
    }

    private void check(Flight flight) {
        Member host = flight.host;
        Member guest = flight.guest;
        check(host != null && isHere(host) && host.flight == flight, "a flight's host is here and knows it");
        check(
                guest == null || (guest != host && isHere(guest) && guest.flight == flight),
                "a flight's guest is here, another, and knows it");
        check((flight.pairing != null) == flight.isFull(), "a pairing is for two");
    }

    private boolean isHere(Member member) {
        return members.get(member.peer.id()) == member;
    }

    private void check(Network network, int size) {
        check(networks.get(network.key) == network, "one network a key");
        check(network.size == size, "a network counts its members");
        check(!network.changed || network.due, "a change is always due to be shown");
        for (int i = 1; i < network.visible.size(); i++) {
            check(network.visible.get(i - 1).arrival < network.visible.get(i).arrival, "in order of arrival");
        }
    }

    private static void check(boolean holds, String invariant) {
        if (!holds) {
            throw new IllegalStateException(invariant);
        }
    }
}

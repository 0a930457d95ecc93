package xyz.dropsilk.server.flight;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Rule;
import xyz.dropsilk.server.rules.Seat;
import xyz.dropsilk.server.rules.Traffic;

/** Members that shared flights name and that are no more: of instances that are dead, and of this one. Guarded by the registry's lock. */
final class LostMembers {
    private final SharedFlights flights;
    private final FlightCopies copies;
    private final Records.Recipient recipient;
    private final Proposals proposals;

    /** Instances that are dead as far as this one can tell. */
    private final Set<String> dead = new HashSet<>();

    LostMembers(SharedFlights flights, FlightCopies copies, Records.Recipient recipient, Proposals proposals) {
        this.flights = flights;
        this.copies = copies;
        this.recipient = recipient;
        this.proposals = proposals;
    }

    // --- of other instances ---

    /** The instance {@code home} is dead: whoever was paired with a client of it is free. */
    void died(String home) {
        if (dead.add(home)) {
            copies.codes().forEach(this::expelDead);
        }
    }

    /** It lives after all. */
    void lives(String home) {
        dead.remove(home);
    }

    boolean isDead(Seat seat) {
        return dead.contains(Bus.homeOf(seat.id()));
    }

    /** Clients of dead instances leave the flight. */
    void expelDead(String code) {
        FlightCopy copy = copies.get(code);
        if (dead.isEmpty() || copy == null || copy.flight() == null) {
            return;
        }
        Instant now = flights.at();
        for (Seat seat : copy.flight().seats()) {
            if (isDead(seat)) {
                flights.commit(code, null, entry -> Flight.expel(entry, seat.id(), now), decision -> {});
            }
        }
    }

    // --- of this one ---

    /** Whoever the flight under {@code code} names and is not here, or not in it, leaves it. */
    void leaveForThoseGone(String code) {
        FlightCopy copy = copies.get(code);
        if (copy != null) {
            leaveForThoseGone(copy.flight());
        }
    }

    /** The same for {@code entry}. */
    void leaveForThoseGone(@Nullable Entry entry) {
        if (entry instanceof Flight flight) {
            flight.seats().stream()
                    .filter(seat -> copies.isHere(seat) && !recipient.isIn(seat.id(), flight.code()))
                    .forEach(seat -> leave(flight, seat.id()));
        }
    }

    /** The client's seat in {@code flight} is nobody's; if it has asked again since, and has another one by then, that is left alone. */
    void leave(Flight flight, String client) {
        Instant now = flights.at();
        String code = flight.code();
        Rule leave = entry -> {
            boolean isMeant = entry instanceof Flight there && there.pairing() == flight.pairing();
            return isMeant || !(recipient.isIn(client, code) || proposals.isWaited(client, code))
                    ? Flight.leave(entry, client, Traffic.NONE, now)
                    : Decision.notFound();
        };
        flights.commit(code, null, leave, decision -> {});
    }
}

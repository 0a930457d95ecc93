package xyz.dropsilk.server.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Up to two members under one code, and the rules of what may happen to them (contract, 1). Immutable.
 *
 * @param code the flight's code
 * @param host who has been here longest, and hears of a guest second
 * @param guest the other member, or null
 * @param pairing the number of the two's pairing; 0 without a guest
 * @param story what has happened so far
 */
public record Flight(String code, Seat host, @Nullable Seat guest, long pairing, Story story) implements Entry {

    /** {@code creator} asks for a flight under {@code code}. */
    public static Decision create(@Nullable Entry now, String code, Seat creator, Instant at) {
        if (now != null) {
            return Decision.refused(Decision.Verdict.CODE_IN_USE);
        }
        Story story = Story.begin(code, creator.id(), creator.user().name(), creator.address(), at);
        return Decision.done(
                new Flight(code, creator, null, 0, story),
                List.of(new Delivery.Created(creator.id(), code)),
                List.of(new Fact.FlightCreated(code, creator.id())));
    }

    /** {@code joiner} asks for the free seat; {@code number} is the pairing's, should there be one. */
    public static Decision join(@Nullable Entry now, Seat joiner, long number, Instant at) {
        if (!(now instanceof Flight flight)) {
            return Decision.notFound();
        }
        boolean isItsOwn = flight.host.id().equals(joiner.id()); // an earlier try, of which it was told nothing
        if (flight.guest != null || isItsOwn) {
            return Decision.refused(Decision.Verdict.FULL);
        }
        Pair pair = new Pair(flight.code, flight.host, joiner, RoomChannel.TRANSFER, number);
        Story story = flight.story
                .joined(joiner.id(), joiner.user().name(), joiner.address(), at)
                .paired(flight.host.id(), joiner.id(), pair.type(), at);
        List<Fact> facts = new ArrayList<>(2);
        facts.add(new Fact.FlightJoined(flight.code, joiner.id(), pair.type(), /* inRoom= */ false));
        facts.addAll(Fact.PeerCame.after(flight.story.waited(at), /* inRoom= */ false));
        return Decision.done(new Flight(flight.code, flight.host, joiner, number, story), pair.announced(), facts);
    }

    /** The member {@code id} is gone, after {@code traffic} in its pairing. Whoever stays is the host from now on. */
    public static Decision leave(@Nullable Entry now, String id, Traffic traffic, Instant at) {
        if (!(now instanceof Flight flight) || !flight.has(id)) {
            return Decision.notFound();
        }
        Story story = flight.story.exchanged(traffic).parted(at).left(id, at);
        Seat stays = flight.host.id().equals(id) ? flight.guest : flight.host;
        if (stays == null || stays.id().equals(id)) {
            return Decision.ended(List.of(), List.of(new Fact.FlightEnded(flight.code, story)));
        }
        return Decision.done(
                new Flight(flight.code, stays, null, 0, story),
                List.of(new Delivery.PeerLeft(stays.id(), /* renewed= */ false)),
                List.of());
    }

    /** The member's user has another name, which whoever joins is told. */
    public static Decision rename(@Nullable Entry now, Seat renamed) {
        if (!(now instanceof Flight flight) || !flight.has(renamed.id())) {
            return Decision.notFound();
        }
        boolean isHost = flight.host.id().equals(renamed.id());
        return Decision.done(
                new Flight(
                        flight.code,
                        isHost ? renamed : flight.host,
                        isHost ? flight.guest : renamed,
                        flight.pairing,
                        flight.story),
                List.of(),
                List.of());
    }

    // --- where several instances share flights ---

    /** The instance of the member {@code id} is dead: like {@link #leave}, but the member, which may live after all, is told. */
    public static Decision expel(@Nullable Entry now, String id, Instant at) {
        Decision left = leave(now, id, Traffic.NONE, at);
        if (!left.isDone()) {
            return left;
        }
        List<Delivery> deliveries = new ArrayList<>(left.deliveries());
        deliveries.add(new Delivery.Expelled(id));
        return new Decision(left.verdict(), left.next(), deliveries, left.facts());
    }

    /**
     * What was decided on one instance while it could not ask the others: {@code mine} lives, whatever {@code now} does. Whom that pushes out is
     * told.
     */
    public static Decision insist(@Nullable Entry now, Flight mine) {
        List<Delivery> deliveries = new ArrayList<>();
        if (now instanceof Flight flight) {
            for (Seat seat : flight.seats()) {
                if (!mine.has(seat.id())) {
                    deliveries.add(new Delivery.Expelled(seat.id()));
                }
            }
        }
        return Decision.done(mine, deliveries, List.of());
    }

    /** What the member {@code id} is told where it has missed how it was paired; null where it is not. */
    public Delivery.@Nullable Paired announcedTo(String id) {
        if (guest == null) {
            return null;
        }
        Pair pair = new Pair(code, host, guest, RoomChannel.TRANSFER, pairing);
        return pair.announced().stream()
                .filter(delivery -> delivery.to().equals(id))
                .map(Delivery.Paired.class::cast)
                .findFirst()
                .orElse(null);
    }

    /** The members, the host first. */
    public List<Seat> seats() {
        return guest == null ? List.of(host) : List.of(host, guest);
    }

    /** Whether {@code id} is a member. */
    public boolean has(String id) {
        return host.id().equals(id) || (guest != null && guest.id().equals(id));
    }

    /** Whether both seats are taken. */
    public boolean isFull() {
        return guest != null;
    }
}

package xyz.dropsilk.server.flight;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Seat;

/** What clients of this instance are told of a shared flight. Guarded by the registry's lock. */
final class FlightDeliveries {
    private final FlightCopies copies;
    private final Records.Recipient recipient;
    private final Proposals proposals;

    FlightDeliveries(FlightCopies copies, Records.Recipient recipient, Proposals proposals) {
        this.copies = copies;
        this.recipient = recipient;
        this.proposals = proposals;
    }

    /** Nothing is delivered to whoever was told meanwhile that it did not work, or takes part in something else by now. */
    void deliver(String code, List<Delivery> deliveries, Proposals.@Nullable Pending own) {
        String unwanted = unwantedBy(own);
        recipient.deliver(deliveries.stream()
                .filter(delivery -> copies.isHere(delivery.to()))
                .filter(delivery -> !delivery.to().equals(unwanted))
                .filter(delivery -> comes(delivery)
                        ? recipient.isFreeFor(delivery.to(), code)
                        : recipient.isIn(delivery.to(), code))
                .toList());
    }

    private static @Nullable String unwantedBy(Proposals.@Nullable Pending own) {
        return own != null && own.abandoned ? own.asker : null;
    }

    private static boolean comes(Delivery delivery) {
        return delivery instanceof Delivery.Created || delivery instanceof Delivery.Paired;
    }

    /** Whoever asked for a seat is told that it has one by the delivery, and by nothing else. */
    boolean hasAnswered(Proposals.Pending own) {
        return own.asker == null || recipient.isIn(own.asker, own.code);
    }

    /** Clients here are told how {@code next} differs from {@code mine}, of which they were told last; {@code own} is what came true by it. */
    void tellMissed(String code, Flight mine, @Nullable Entry next, Proposals.@Nullable Pending own) {
        List<Delivery> missed = new ArrayList<>();
        for (Seat seat : mine.seats()) {
            if (copies.isHere(seat) && recipient.isIn(seat.id(), code)) {
                addMissed(missed, seat, mine, next);
            }
        }
        if (next instanceof Flight now) {
            now.seats().stream()
                    .filter(seat -> !mine.has(seat.id()) && isWanted(seat.id(), now, own))
                    .map(seat -> announced(now, seat))
                    .filter(Objects::nonNull)
                    .forEach(missed::add);
        }
        String unwanted = unwantedBy(own);
        missed.removeIf(delivery -> delivery.to().equals(unwanted));
        recipient.deliver(missed);
        if (next instanceof Flight now) {
            proposals.seated(now, client -> recipient.isIn(client, code));
        }
    }

    private void addMissed(List<Delivery> missed, Seat seat, Flight mine, @Nullable Entry next) {
        if (!(next instanceof Flight now) || !now.has(seat.id())) {
            missed.add(new Delivery.Expelled(seat.id()));
        } else if (now.pairing() != mine.pairing()) {
            Delivery.Paired announced = announced(now, seat);
            if (mine.isFull()) {
                missed.add(new Delivery.PeerLeft(seat.id(), /* renewed= */ announced != null));
            }
            if (announced != null) {
                missed.add(announced);
            }
        }
    }

    /** Whether the client still waits for the seat that it has; one that was told otherwise leaves it. */
    private boolean isWanted(String client, Flight flight, Proposals.@Nullable Pending own) {
        boolean isOwn = own != null && !own.abandoned && client.equals(own.asker);
        return (isOwn || proposals.isProposed(client, flight)) && recipient.isFreeFor(client, flight.code());
    }

    /** Whom the client of {@code seat} is told of; nobody that is gone from here, since it leaves in a moment. */
    private Delivery.@Nullable Paired announced(Flight flight, Seat seat) {
        Delivery.Paired announced = flight.announcedTo(seat.id());
        return announced == null || isGone(announced.peer().id(), flight.code()) ? null : announced;
    }

    private boolean isGone(String client, String code) {
        return copies.isHere(client) && !recipient.isFreeFor(client, code);
    }
}

package xyz.dropsilk.server.flight;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomSockets;

/** What the sockets of this instance are told of a shared room, and what they know of it. Guarded by the registry's lock. */
final class RoomDeliveries {
    private final RoomCopies copies;
    private final Records.Recipient recipient;

    RoomDeliveries(RoomCopies copies, Records.Recipient recipient) {
        this.copies = copies;
        this.recipient = recipient;
    }

    /** The sockets here are told that the room is {@code next}, in {@code version}, by {@code deliveries}. */
    void tell(RoomCopy copy, @Nullable Entry next, String version, List<Delivery> deliveries) {
        copy.told = next instanceof Room room && copies.hasSocketHere(room) ? room : null;
        copy.toldVersion = copy.told == null ? "" : version;
        copy.lags = false;
        deliver(copy.code, deliveries);
    }

    /** The same, by what they have missed. */
    void tellMissed(RoomCopy copy, @Nullable Entry next, String version) {
        tellMissed(copy, next, version, List.of());
    }

    /** The same; whoever has attached again waits for the answer that is in {@code decided}, though nothing is different by it. */
    void tellMissed(RoomCopy copy, @Nullable Entry next, String version, List<Delivery> decided) {
        List<Delivery> missed = RoomSockets.missed(copy.told, (Room) next, copies::isHere);
        Stream<Delivery> answers = decided.stream()
                .filter(each -> each instanceof Delivery.Attached)
                .filter(each -> missed.stream().noneMatch(other -> isAttached(other, each.to())));
        tell(copy, next, version, Stream.concat(answers, missed.stream()).toList());
    }

    private static boolean isAttached(Delivery delivery, String socket) {
        return delivery instanceof Delivery.Attached && delivery.to().equals(socket);
    }

    /** Nothing is delivered to a socket that is gone, or takes part in something else by now. */
    private void deliver(String code, List<Delivery> deliveries) {
        recipient.deliver(deliveries.stream()
                .filter(delivery -> copies.isHere(delivery.to()))
                .filter(delivery -> comes(delivery)
                        ? recipient.isFreeFor(delivery.to(), code)
                        : recipient.isIn(delivery.to(), code))
                .toList());
    }

    private static boolean comes(Delivery delivery) {
        return delivery instanceof Delivery.Attached || delivery instanceof Delivery.Paired;
    }

    /** Whether the socket is one of this instance, and takes part in {@code code}. */
    boolean isHereIn(String socket, String code) {
        return copies.isHere(socket) && recipient.isIn(socket, code);
    }

    /** Whether the socket is one of this instance, and takes part in {@code code} no more. */
    boolean isHereNoMore(String socket, String code) {
        return copies.isHere(socket) && !recipient.isIn(socket, code);
    }
}

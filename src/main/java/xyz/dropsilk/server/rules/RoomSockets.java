package xyz.dropsilk.server.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What sockets do to a {@link Room}: attaching, pairing on a channel, and how it ends (rooms contract, 3). Pure functions. */
public final class RoomSockets {
    /** How a socket's part in a room ended. */
    public enum End {
        /** The client closed it. On transfer its participant has left. */
        CLOSED,
        /** The connection broke, or the server cut it. Its participant may come back. */
        LOST,
        /** It attached to another channel for the same participant. */
        MOVED,
        /** The server that it was connected to has stopped, which frees no seat and tells nobody anything. */
        STOPPED
    }

    private RoomSockets() {}

    /**
     * {@code socket} attaches for participant {@code id} on {@code channel}, for the first time or again.
     *
     * @param number of the pairing, should there be a new one
     */
    public static Decision attach(
            @Nullable Entry now, String id, RoomChannel channel, Seat socket, long number, Instant at) {
        Participant before = now instanceof Room found ? found.find(id) : null;
        if (!(now instanceof Room room) || before == null) {
            return Decision.notFound();
        }
        List<Delivery> deliveries = new ArrayList<>(4);
        List<Fact> facts = new ArrayList<>(Room.backFacts(room, before));
        Seat named = new Seat(socket.user().named(before.name()), socket.network(), socket.address());
        Attachment old = before.on(channel);
        boolean again = old != null && old.socket().id().equals(socket.id());
        if (old != null && !again) {
            deliveries.add(new Delivery.Replaced(old.socket().id()));
        }
        Role role = room.roleOf(before);
        Attachment attached = old != null && again ? old.as(named, role) : Attachment.of(named, role);
        Room next = room.with(room.heard(before).with(channel, attached));
        deliveries.add(
                new Delivery.Attached(socket.id(), room.code(), id, before.name(), channel, role, next.peerOf(before)));
        return Decision.done(pair(next, channel, number, at, deliveries, facts), deliveries, facts);
    }

    /**
     * The sockets of {@code known} that {@code isMeant} are attached to {@code now} as well, where nobody has taken their place: an engine has forgotten
     * them. {@code number} and those behind it are the numbers of pairings that are new by it.
     */
    public static Decision attachAgain(Room now, Room known, Predicate<String> isMeant, long number, Instant at) {
        Room next = now;
        List<Delivery> deliveries = new ArrayList<>();
        for (Participant participant : known.participants()) {
            for (RoomChannel channel : RoomChannel.values()) {
                Attachment was = participant.on(channel);
                Participant there = next.find(participant.id());
                boolean isForgotten = there != null && there.on(channel) == null;
                if (was != null && isForgotten && isMeant.test(was.socket().id())) {
                    long fresh = number + deliveries.size();
                    Decision again = attach(next, participant.id(), channel, was.socket(), fresh, at);
                    deliveries.addAll(again.deliveries());
                    next = again.next() instanceof Room room ? room : next;
                }
            }
        }
        return Decision.done(next, deliveries, List.of());
    }

    /** Announces the pairing on {@code channel} where both sides are there, and makes it first where it is a new one. */
    private static Room pair(
            Room room, RoomChannel channel, long number, Instant at, List<Delivery> deliveries, List<Fact> facts) {
        Participant guest = room.guest();
        Attachment hosts = room.host().on(channel);
        Attachment guests = guest == null ? null : guest.on(channel);
        if (guest == null
                || hosts == null
                || guests == null
                || hosts.role() != Role.HOST
                || guests.role() != Role.GUEST) {
            return room;
        }
        if (hosts.isPairedWith(guests) && guests.isPairedWith(hosts)) {
            deliveries.addAll(
                    new Pair(room.code(), hosts.socket(), guests.socket(), channel, hosts.pairing()).announced());
            return room;
        }
        if (mustDrop(room.host(), hosts, channel)) {
            deliveries.add(new Delivery.PeerLeft(hosts.socket().id(), /* renewed= */ true));
        }
        if (mustDrop(guest, guests, channel)) {
            deliveries.add(new Delivery.PeerLeft(guests.socket().id(), /* renewed= */ true));
        }
        Pair pair = new Pair(room.code(), hosts.socket(), guests.socket(), channel, number);
        deliveries.addAll(pair.announced());
        Room paired = room.with(room.host().with(channel, hosts.pairedWith(guests, number)))
                .with(guest.with(channel, guests.pairedWith(hosts, number)));
        if (channel != RoomChannel.TRANSFER) {
            return paired;
        }
        facts.add(new Fact.FlightJoined(room.code(), guest.id(), pair.type(), /* inRoom= */ true));
        return paired.with(room.story().paired(room.host().id(), guest.id(), pair.type(), at));
    }

    /**
     * Whether the page behind {@code socket} has to be told that its link is dead before it hears of a new one: on transfer if it still believes
     * in one, on screen-share if it is the sharer's, which offers again only then.
     */
    private static boolean mustDrop(Participant participant, Attachment socket, RoomChannel channel) {
        return switch (channel) {
            case TRANSFER -> socket.told() == Attachment.Told.PAIRED;
            case CHAT -> false;
            case SCREEN_SHARE -> participant.sharing();
        };
    }

    /**
     * The socket {@code socketId} of participant {@code id} on {@code channel} is there no more, after {@code traffic} in its pairing. Nothing
     * where another one has taken its place.
     */
    public static Decision detach(
            @Nullable Entry now,
            String id,
            RoomChannel channel,
            String socketId,
            End end,
            Traffic traffic,
            Instant at) {
        if (!(now instanceof Room found)) {
            return Decision.notFound();
        }
        Participant before = found.find(id);
        Attachment socket = before == null ? null : before.on(channel);
        if (before == null || socket == null || !socket.socket().id().equals(socketId)) {
            return Decision.unchanged(found);
        }
        Story story = found.story().exchanged(traffic);
        Room room = found.with(channel == RoomChannel.TRANSFER ? story.parted(at) : story);
        Participant without = before.with(channel, null).lost(channel == RoomChannel.TRANSFER && end == End.LOST);
        if (channel == RoomChannel.TRANSFER && end == End.CLOSED) {
            return Room.leave(room.with(without), without, at);
        }
        List<Delivery> deliveries = new ArrayList<>(1);
        Room next = room.with(without);
        Participant other = room.other(before);
        Attachment partner = other == null ? null : other.on(channel);
        if (other != null && partner != null && partner.isPairedWith(socket)) {
            if (channel == RoomChannel.TRANSFER || end == End.STOPPED) {
                deliveries.add(new Delivery.PeerLost(partner.socket().id()));
            } else {
                deliveries.add(new Delivery.PeerLeft(partner.socket().id(), /* renewed= */ false));
                next = next.with(other.with(channel, partner.toldLeft()));
            }
        }
        return Decision.done(next, deliveries, List.of());
    }

    /** All sockets that {@code isGone} says are there no more: their server has ended as {@code end} says. */
    public static Decision lose(@Nullable Entry now, Predicate<String> isGone, End end, Instant at) {
        if (!(now instanceof Room found)) {
            return Decision.notFound();
        }
        Room room = found;
        List<Delivery> deliveries = new ArrayList<>();
        for (Participant participant : found.participants()) {
            for (RoomChannel channel : RoomChannel.values()) {
                Attachment socket = participant.on(channel);
                if (socket != null && isGone.test(socket.socket().id())) {
                    Decision detached = detach(
                            room, participant.id(), channel, socket.socket().id(), end, Traffic.NONE, at);
                    deliveries.addAll(detached.deliveries());
                    deliveries.add(new Delivery.Expelled(socket.socket().id())); // if it is there after all
                    room = detached.next() instanceof Room next ? next : room;
                }
            }
        }
        return deliveries.isEmpty() ? Decision.unchanged(found) : Decision.done(room, deliveries, List.of());
    }

    /**
     * What has to be told to sockets that know the room as {@code told} and have missed how it became {@code next}.
     *
     * @param told null where none of them knows anything
     * @param next null where the room is no more
     * @param isHere which sockets are meant
     */
    public static List<Delivery> missed(@Nullable Room told, @Nullable Room next, Predicate<String> isHere) {
        List<Delivery> missed = new ArrayList<>();
        Map<String, Place> before = places(told, isHere);
        Map<String, Place> after = places(next, isHere);
        before.forEach((id, was) -> {
            if (!after.containsKey(id)) {
                missed.add(isReplaced(was, next) ? new Delivery.Replaced(id) : new Delivery.Expelled(id));
            }
        });
        after.forEach((id, is) -> missed.addAll(missed(id, before.get(id), is)));
        return missed;
    }

    /** Where a socket is attached. */
    private record Place(Room room, Participant participant, RoomChannel channel, Attachment attachment) {
        boolean isSameAs(Place other) {
            return channel == other.channel && participant.id().equals(other.participant.id());
        }
    }

    private static Map<String, Place> places(@Nullable Room room, Predicate<String> isHere) {
        Map<String, Place> places = new LinkedHashMap<>();
        if (room != null) {
            for (Participant participant : room.participants()) {
                for (RoomChannel channel : RoomChannel.values()) {
                    Attachment socket = participant.on(channel);
                    if (socket != null && isHere.test(socket.socket().id())) {
                        places.put(socket.socket().id(), new Place(room, participant, channel, socket));
                    }
                }
            }
        }
        return places;
    }

    private static boolean isReplaced(Place was, @Nullable Room next) {
        Participant same = next == null ? null : next.find(was.participant.id());
        return same != null && same.on(was.channel) != null;
    }

    private static List<Delivery> missed(String id, @Nullable Place was, Place is) {
        List<Delivery> missed = new ArrayList<>(2);
        Attachment known = was != null && was.isSameAs(is) ? was.attachment : null;
        if (known == null) {
            missed.add(new Delivery.Attached(
                    id,
                    is.room.code(),
                    is.participant.id(),
                    is.participant.name(),
                    is.channel,
                    is.attachment.role(),
                    is.room.peerOf(is.participant)));
        }
        long before = known == null ? 0 : known.pairingNow();
        long now = is.attachment.pairingNow();
        // The same two have another number where others decided again what was decided here: as for whoever attaches
        // again, nobody has left.
        boolean isWithTheSame = known != null && now != 0 && Objects.equals(known.partner(), is.attachment.partner());
        if (before != 0 && before != now && !isWithTheSame) {
            missed.add(new Delivery.PeerLeft(id, /* renewed= */ now != 0));
        }
        if (now != 0 && before != now) {
            missed.addAll(announcedTo(id, is));
        }
        return missed;
    }

    /** How the socket was paired; or that the other one is gone, where it is. */
    private static List<Delivery> announcedTo(String id, Place is) {
        Participant other = is.room.other(is.participant);
        Attachment partner = other == null ? null : other.on(is.channel);
        if (other == null || partner == null || !is.attachment.isPairedWith(partner)) {
            return List.of();
        }
        boolean isHost = is.room.roleOf(is.participant) == Role.HOST;
        Attachment hosts = isHost ? is.attachment : partner;
        Attachment guests = isHost ? partner : is.attachment;
        return new Pair(is.room.code(), hosts.socket(), guests.socket(), is.channel, is.attachment.pairing())
                .announced().stream()
                        .filter(delivery -> delivery.to().equals(id))
                        .toList();
    }
}

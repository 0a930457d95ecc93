package xyz.dropsilk.server.rules;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;

/**
 * Two seats under one code that outlive sockets, and the rules of who sits in them (rooms contract, 2). Immutable. What sockets do to it stands in
 * {@link RoomSockets}; when somebody was last heard of is no part of the value.
 *
 * @param code the room's code
 * @param creator the network that it was created from
 * @param host who has been here longest
 * @param guest the other participant, or null
 * @param story what has happened so far, with public ids
 */
public record Room(
        String code,
        NetworkKey creator,
        Participant host,
        @Nullable Participant guest,
        Story story) implements Entry {

    /** {@code creator}, at {@code address}, asks for a room under {@code code}. */
    public static Decision create(
            @Nullable Entry now, String code, Participant creator, InetAddress address, Instant at) {
        if (now != null) {
            return Decision.refused(Decision.Verdict.CODE_IN_USE);
        }
        Story story = Story.begin(code, creator.id(), creator.name(), address, at);
        return Decision.done(
                new Room(code, NetworkKey.of(address), creator, null, story),
                List.of(),
                List.of(new Fact.RoomCreated(code, creator.id())));
    }

    /**
     * {@code joiner}, at {@code address}, asks for a seat. In a full room it replaces whoever {@code givesWay}, the guest before the host. Whoever
     * else is here is shown to the newcomer, silent or not.
     */
    public static Decision join(
            @Nullable Entry now,
            Participant joiner,
            InetAddress address,
            BiPredicate<Room, Participant> givesWay,
            Instant at) {
        if (!(now instanceof Room room)) {
            return Decision.notFound();
        }
        if (room.find(joiner.id()) != null) {
            return Decision.unchanged(room); // decided again
        }
        List<Delivery> deliveries = new ArrayList<>();
        List<Fact> facts = new ArrayList<>(2);
        Room open = room;
        if (room.guest != null) {
            Participant leaver =
                    givesWay.test(room, room.guest) ? room.guest : givesWay.test(room, room.host) ? room.host : null;
            if (leaver == null) {
                return Decision.refused(Decision.Verdict.FULL);
            }
            facts.add(new Fact.RoomLeft(room.code, leaver.id(), Fact.Ending.EVICTED));
            open = room.without(leaver, deliveries, at);
        }
        facts.add(new Fact.RoomJoined(room.code, joiner.id()));
        facts.addAll(Fact.PeerCame.after(room.story.waited(at), /* inRoom= */ true));
        Story story = open.story.joined(joiner.id(), joiner.name(), address, at);
        return Decision.done(
                new Room(room.code, room.creator, open.host.silent(false), joiner, story), deliveries, facts);
    }

    /** The participant {@code id} has left: it closed its transfer socket. */
    static Decision leave(Room room, Participant leaver, Instant at) {
        List<Delivery> deliveries = new ArrayList<>();
        List<Fact> facts = new ArrayList<>(2);
        facts.add(new Fact.RoomLeft(room.code, leaver.id(), Fact.Ending.LEFT));
        leaver.sockets()
                .forEach(socket ->
                        deliveries.add(new Delivery.Unseated(socket.socket().id())));
        if (room.other(leaver) == null) {
            facts.add(new Fact.RoomEnded(room.code, Fact.Ending.LEFT, room.story.left(leaver.id(), at)));
            return Decision.ended(deliveries, facts);
        }
        return Decision.done(room.without(leaver, deliveries, at), deliveries, facts);
    }

    /** The room without {@code leaver}, which is not alone: whoever stays is host and keeps its files; both ones' chat and share are over. */
    private Room without(Participant leaver, List<Delivery> deliveries, Instant at) {
        Participant stays = other(leaver);
        if (stays == null) {
            throw new IllegalArgumentException("the last participant leaves no room behind");
        }
        Participant alone = peerLeft(stays.flags(/* chatNow= */ false, /* sharingNow= */ false), deliveries);
        return new Room(code, creator, alone, null, story.left(leaver.id(), at));
    }

    /** Tells all sockets of {@code participant} that the other one is gone, unless that is what they know already. */
    static Participant peerLeft(Participant participant, List<Delivery> deliveries) {
        Participant told = participant;
        for (RoomChannel channel : RoomChannel.values()) {
            Attachment socket = told.on(channel);
            if (socket != null && socket.told() != Attachment.Told.LEFT) {
                deliveries.add(new Delivery.PeerLeft(socket.socket().id(), /* renewed= */ false));
                told = told.with(channel, socket.toldLeft());
            }
        }
        return told;
    }

    /**
     * {@code id} was not heard of for too long, if that {@code isDue} still: its seat looks empty to the other. Nothing where it has a socket or is
     * alone.
     */
    public static Decision fallSilent(@Nullable Entry now, String id, BooleanSupplier isDue) {
        if (!(now instanceof Room room) || room.find(id) == null) {
            return Decision.notFound();
        }
        Participant silent = room.find(id);
        Participant other = silent == null ? null : room.other(silent);
        if (silent == null || other == null || silent.silent() || silent.isAttached() || !isDue.getAsBoolean()) {
            return Decision.unchanged(room);
        }
        List<Delivery> deliveries = new ArrayList<>();
        Participant told = peerLeft(other, deliveries);
        return Decision.done(
                room.with(silent.silent(true)).with(told), deliveries, List.of(new Fact.RoomSilent(room.code, id)));
    }

    /** {@code id} was heard of again: as if it had never been silent, but that only one can share its screen. */
    public static Decision comeBack(@Nullable Entry now, String id) {
        return change(now, id, participant -> participant);
    }

    /** {@code id} has chosen files. */
    public static Decision ready(@Nullable Entry now, String id, int files, long bytes) {
        return change(now, id, participant -> participant.ready(files, bytes));
    }

    /** {@code id} asks for a chat, or no more. */
    public static Decision chat(@Nullable Entry now, String id, boolean active) {
        return change(now, id, participant -> participant.flags(active, participant.sharing()));
    }

    /** {@code id} shares its screen, or no more. */
    public static Decision share(@Nullable Entry now, String id, boolean active) {
        if (active && now instanceof Room room) {
            Participant self = room.find(id);
            Participant other = self == null ? null : room.other(self);
            if (other != null && other.sharing() && !other.silent()) {
                return Decision.refused(Decision.Verdict.PEER_SHARES);
            }
        }
        return change(now, id, participant -> participant.flags(participant.chat(), active));
    }

    private static Decision change(@Nullable Entry now, String id, UnaryOperator<Participant> change) {
        if (!(now instanceof Room room)) {
            return Decision.notFound();
        }
        Participant before = room.find(id);
        return before == null
                ? Decision.notFound()
                : Decision.done(room.with(change.apply(room.heard(before))), List.of(), backFacts(room, before));
    }

    /** {@code participant} was heard of, so it is not silent. */
    Participant heard(Participant participant) {
        if (!participant.silent()) {
            return participant;
        }
        Participant other = other(participant);
        boolean mayShare = other == null || !other.sharing();
        return participant.silent(false).flags(participant.chat(), participant.sharing() && mayShare);
    }

    static List<Fact> backFacts(Room room, Participant before) {
        return before.silent() ? List.of(new Fact.RoomBack(room.code, before.id())) : List.of();
    }

    /**
     * Nobody was heard of for so long that the room is no more, or it gives way to a new one, if that {@code isDue} still. Nothing where somebody
     * has a socket.
     */
    public static Decision end(@Nullable Entry now, Fact.Ending reason, BooleanSupplier isDue) {
        if (!(now instanceof Room room)) {
            return Decision.notFound();
        }
        return room.isAttached() || !isDue.getAsBoolean()
                ? Decision.unchanged(room)
                : Decision.ended(List.of(), List.of(new Fact.RoomEnded(room.code, reason, room.story)));
    }

    /** {@code mine} lives as this instance knows it, since others have forgotten it. */
    public static Decision putBack(Room mine) {
        return Decision.done(mine, List.of(), List.of());
    }

    // --- looking ---

    /** Who sits here, the host first. */
    public List<Participant> participants() {
        return guest == null ? List.of(host) : List.of(host, guest);
    }

    /** The participant with the public id {@code id}, or null. */
    public @Nullable Participant find(String id) {
        return host.id().equals(id) ? host : guest != null && guest.id().equals(id) ? guest : null;
    }

    /** Who sits opposite {@code participant}, silent or not; null for nobody. */
    public @Nullable Participant other(Participant participant) {
        return host.id().equals(participant.id()) ? guest : host;
    }

    /** The role of {@code participant}, which is in here. */
    public Role roleOf(Participant participant) {
        return host.id().equals(participant.id()) ? Role.HOST : Role.GUEST;
    }

    /** Who sits opposite {@code participant} as far as that one is to know: nobody where the other is silent. */
    public @Nullable PeerView peerOf(Participant participant) {
        Participant other = other(participant);
        return other == null || other.silent() ? null : new PeerView(other, roleOf(other));
    }

    /** Whether anybody has a socket, on any channel. */
    public boolean isAttached() {
        return host.isAttached() || (guest != null && guest.isAttached());
    }

    /** Whether anybody has a socket for transfer. */
    public boolean hasTransferSocket() {
        return host.isAttachedForTransfer() || (guest != null && guest.isAttachedForTransfer());
    }

    /** Whether somebody invited would find a seat that looks free. */
    public boolean hasFreeSeat() {
        return guest == null || guest.silent() || host.silent();
    }

    Room with(Participant changed) {
        return host.id().equals(changed.id())
                ? new Room(code, creator, changed, guest, story)
                : new Room(code, creator, host, changed, story);
    }

    Room with(Story changed) {
        return new Room(code, creator, host, guest, changed);
    }
}

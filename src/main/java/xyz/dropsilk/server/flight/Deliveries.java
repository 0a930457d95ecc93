package xyz.dropsilk.server.flight;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.PeerView;
import xyz.dropsilk.server.rules.RoomChannel;

/**
 * Makes deliveries to the clients of this process: what each is told, where its signals go, and whether its network sees it. Guarded by the
 * registry's lock; only appends to peers.
 */
final class Deliveries implements Records.Recipient {
    private final Map<String, Member> members;
    private final NetworkGrouper grouper;
    private final Signals.Totals relayed;

    /** The way to other instances; null without any. */
    private final @Nullable Bus bus;

    private final LongSupplier ticker;

    /** The effects of the operation at hand. */
    private Effects effects = new Effects();

    /** Nobody is told any more that a peer left, since the server stops. */
    private boolean stopping;

    /** Deliveries to {@code members}, whom {@code grouper} shows to each other; all their signals count in {@code relayed}. */
    Deliveries(
            Map<String, Member> members,
            NetworkGrouper grouper,
            Signals.Totals relayed,
            @Nullable Bus bus,
            LongSupplier ticker) {
        this.bus = bus;
        this.ticker = ticker;
        this.members = members;
        this.grouper = grouper;
        this.relayed = relayed;
    }

    /** What deliveries leave to be done goes to {@code now} until the next call. */
    void into(Effects now) {
        effects = now;
    }

    Effects effects() {
        return effects;
    }

    /** From now on nobody is told that its peer left. */
    void stopping() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    @Override
    public void deliver(List<Delivery> deliveries) {
        for (Delivery delivery : deliveries) {
            Member member = members.get(delivery.to());
            if (member != null) {
                deliver(delivery, member);
                effects.flushes.add(member.peer);
            }
        }
        // Only now can a signal set out, so it queues behind all announcements.
        for (Delivery delivery : deliveries) {
            if (delivery instanceof Delivery.Paired paired) {
                link(paired);
            }
        }
    }

    private void deliver(Delivery delivery, Member member) {
        if (delivery instanceof Delivery.Created created) {
            member.place = new Member.InFlight(created.code());
            member.peer.send(ServerMessage.flightCreated(created.code()));
        } else if (delivery instanceof Delivery.Paired paired) {
            pair(paired, member);
        } else if (delivery instanceof Delivery.PeerLeft left) {
            boolean isUntold = member.place instanceof Member.InFlight && member.pairing == Peer.NO_PAIRING;
            if (!isUntold) { // of whom it never heard: what was decided elsewhere may be lost with the engine
                part(member, left.renewed());
            }
        } else if (delivery instanceof Delivery.PeerLost) {
            member.peer.link(null);
        } else if (delivery instanceof Delivery.Attached attached) {
            attach(attached, member);
        } else if (delivery instanceof Delivery.Replaced) {
            release(member);
            unlist(member);
            effects.replaced.add(member.peer);
        } else if (delivery instanceof Delivery.Unseated) {
            release(member);
        } else if (delivery instanceof Delivery.Expelled) {
            expel(member);
        }
    }

    private void pair(Delivery.Paired paired, Member member) {
        ServerMessage joined =
                ServerMessage.peerJoined(paired.code(), paired.peer().user(), paired.type());
        if (member.pairing == paired.pairing()) {
            member.peer.send(joined); // announced again, and nothing else is new
            return;
        }
        member.pairing = paired.pairing();
        if (member.place == null) {
            member.place = new Member.InFlight(paired.code());
        }
        if (paired.channel() == RoomChannel.TRANSFER) {
            member.paired = true;
            grouper.hide(member);
            member.peer.sendThenEmptyList(joined);
        } else {
            member.peer.send(joined);
        }
        member.peer.admit(paired.pairing());
    }

    private void link(Delivery.Paired paired) {
        Member member = members.get(paired.to());
        Member partner = members.get(paired.peer().id());
        if (member == null || member.pairing != paired.pairing()) {
            return;
        }
        if (partner != null) {
            boolean ofOlder = member.arrival() < partner.arrival();
            member.peer.link(new Peer.Link(partner.peer, paired.pairing(), signalsOf(member, partner), ofOlder));
        } else if (bus != null && !bus.home().equals(Bus.homeOf(paired.peer().id()))) {
            SignalSink there = new RemoteEnd(bus, paired.peer().id(), ticker);
            member.peer.link(new Peer.Link(there, paired.pairing(), signalsOf(member), /* ofOlder= */ true));
        }
    }

    @Override
    public boolean isFreeFor(String id, String code) {
        Member member = members.get(id);
        return member != null && (member.place == null || member.place.code().equals(code));
    }

    @Override
    public boolean isIn(String id, String code) {
        Member member = members.get(id);
        return member != null && member.place != null && member.place.code().equals(code);
    }

    /** The count of whoever sends to another instance is its own. */
    private Signals signalsOf(Member member) {
        Signals signals = member.signals;
        if (signals == null) {
            signals = new Signals(relayed);
            member.signals = signals;
        }
        return signals;
    }

    /** One count for both: that of an earlier pairing goes on, so that nothing that it counted is lost. */
    private Signals signalsOf(Member member, Member partner) {
        Signals signals = member.signals != null ? member.signals : partner.signals;
        if (signals == null) {
            signals = new Signals(relayed);
        }
        member.signals = signals;
        partner.signals = signals;
        return signals;
    }

    private void part(Member member, boolean renewed) {
        member.peer.link(null);
        member.peer.admit(Peer.NO_PAIRING);
        member.pairing = Peer.NO_PAIRING;
        if (!stopping) {
            member.peer.send(ServerMessage.PEER_LEFT);
        }
        if (member.paired && !renewed) {
            member.paired = false;
            showAgain(member);
        }
    }

    private void attach(Delivery.Attached attached, Member member) {
        member.place = new Member.InRoom(attached.code(), attached.participant(), attached.channel());
        member.call(member.user().named(attached.name()));
        if (attached.channel() == RoomChannel.TRANSFER) {
            grouper.renamed(member);
        } else {
            unlist(member);
        }
        PeerView peer = attached.peer();
        member.peer.send(ServerMessage.roomAttached(
                attached.code(), attached.role().word(), peer == null ? "null" : peer.json()));
    }

    private void expel(Member member) {
        if (member.pairing != Peer.NO_PAIRING || member.place instanceof Member.InRoom) {
            part(member, /* renewed= */ false); // a page that waits in a room attaches again after that
        }
        release(member);
    }

    private void unlist(Member member) {
        member.unlisted = true;
        grouper.hide(member);
    }

    /** The member takes part in nothing any more. It is not shown again yet: most are about to go. */
    void release(Member member) {
        member.place = null;
        member.paired = false;
        member.pairing = Peer.NO_PAIRING;
        member.signals = null; // its partner's from now on: the next pairing is another story
        member.peer.link(null);
        member.peer.admit(Peer.NO_PAIRING);
    }

    /** The member is on its own: it is listed, and sees who is there. */
    void showAgain(Member member) {
        grouper.show(member);
        if (!member.unlisted) {
            member.peer.show(grouper.listFor(member));
        }
    }
}

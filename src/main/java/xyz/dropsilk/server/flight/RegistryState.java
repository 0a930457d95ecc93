package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.NetworkView;
import xyz.dropsilk.server.protocol.Problem;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.rules.Rule;
import xyz.dropsilk.server.rules.Traffic;

/**
 * Who is here and where everybody takes part in something: what {@link FlightRegistry} guards with its lock. Not safe by itself. What may happen
 * is asked of {@code rules}; what has to be done without the lock goes into {@link Effects}.
 */
final class RegistryState {
    private final Map<String, Member> members = new HashMap<>();
    private final NetworkGrouper grouper;
    private final Deliveries deliveries;
    private final Records records;
    private long arrivals;
    private long departures;
    private long pairings;

    /** Nobody is here; all signals count in {@code relayed}. */
    RegistryState(FlightRegistry.Lists lists, Records.Listener listener, Signals.Totals relayed) {
        this.grouper = new NetworkGrouper(lists.maxUsers(), lists.arrivalDelay().toNanos());
        this.deliveries = new Deliveries(members, grouper, relayed);
        this.records = new LocalRecords(deliveries, listener);
    }

    // --- clients ---

    void connect(Peer peer, User user, ServerMessage registered, long now, Effects effects) {
        Network network = grouper.enter(peer.network(), Presence.longBefore(now));
        Member member = new Member(peer, user, ++arrivals, network, now);
        members.put(peer.id(), member);
        grouper.arrive(member);
        peer.send(registered);
        peer.show(grouper.listFor(member));
        effects.flushes.add(peer);
        effects.due = grouper.takeNewlyDue();
    }

    /** False if nothing changed. */
    boolean rename(User user, Effects effects) {
        Member member = members.get(user.id());
        if (member == null || member.user().name().equals(user.name())) {
            return false;
        }
        member.call(user);
        grouper.renamed(member);
        if (member.place instanceof Member.InFlight in) {
            commit(in.code(), entry -> Flight.rename(entry, member.seat()), effects, decision -> {});
        }
        effects.due = grouper.takeNewlyDue();
        return true;
    }

    /** False if it was gone already. */
    boolean disconnect(String id, RoomSockets.End end, Instant at, Effects effects) {
        Member member = members.remove(id);
        if (member == null) {
            return false;
        }
        departures++;
        takeOut(member, end, at, effects);
        grouper.leave(member);
        effects.due = grouper.takeNewlyDue();
        return true;
    }

    /** What a stop closes frees no seat of a room: its participants come back to the next process. */
    private void takeOut(Member member, RoomSockets.End end, Instant at, Effects effects) {
        Member.Place place = member.place;
        String id = member.peer.id();
        Traffic traffic = member.takeTraffic();
        deliveries.release(member);
        if (place instanceof Member.InFlight in) {
            commit(in.code(), entry -> Flight.leave(entry, id, traffic, at), effects, decision -> {});
        } else if (place instanceof Member.InRoom in && !deliveries.isStopping()) {
            Rule detach = entry -> RoomSockets.detach(entry, in.participant(), in.channel(), id, end, traffic, at);
            commit(in.code(), detach, effects, decision -> {});
        }
    }

    // --- flights ---

    void createFlight(Peer peer, Instant at, Effects effects) {
        Member member = members.get(peer.id());
        if (member == null) {
            return;
        }
        if (member.place != null) {
            tell(peer, Problem.ALREADY_IN_FLIGHT, effects);
            return;
        }
        String code = FlightCode.random();
        commit(code, entry -> Flight.create(entry, code, member.seat(), at), effects, decision -> {
            if (!decision.isDone()) {
                createFlight(peer, at, effects); // under another code
            }
        });
    }

    /** Whether the client takes part in something. */
    boolean isSomewhere(String id) {
        Member member = members.get(id);
        return member != null && member.place != null;
    }

    void joinFlight(Peer peer, String code, Instant at, Effects effects) {
        Member member = members.get(peer.id());
        if (member == null) {
            return;
        }
        long number = ++pairings;
        commit(code, entry -> Flight.join(entry, member.seat(), number, at), effects, decision -> {
            if (!decision.isDone()) {
                tell(peer, Problem.FLIGHT_NOT_FOUND, effects);
                effects.wrongCode = true;
            }
        });
        effects.due = grouper.takeNewlyDue();
    }

    /** Invites where the contract lets it; else only operators hear of it. */
    void invite(Peer peer, String inviteeId, @Nullable String code, long now, Effects effects) {
        Member member = members.get(peer.id());
        Member invitee = members.get(inviteeId);
        Entry entry = code == null ? null : records.find(code);
        boolean isOwnFlight = entry instanceof Flight
                && member != null
                && member.place instanceof Member.InFlight in
                && in.code().equals(code);
        effects.wrongCode = !isOwnFlight && !(entry instanceof Room);
        if (member == null
                || invitee == null
                || entry == null
                || effects.wrongCode
                || !hasFreeSeat(entry)
                || !grouper.lists(member, invitee)
                || !member.mayInvite(invitee, now)) {
            effects.events.add(new InvitationRefused(peer.id()));
            return;
        }
        invitee.peer.send(ServerMessage.flightInvitation(entry.code(), member.user()));
        effects.flushes.add(invitee.peer);
        effects.events.add(new FlightEvent.Invitation(entry.code(), peer.id(), inviteeId));
    }

    private static boolean hasFreeSeat(Entry entry) {
        return entry instanceof Flight flight ? !flight.isFull() : entry instanceof Room room && room.hasFreeSeat();
    }

    // --- rooms ---

    /** Attaches where {@code participant} is one of the room; whatever the client was attached to before ends first. */
    void attach(Peer peer, String code, String participant, RoomChannel channel, Instant at, Effects effects) {
        Member member = members.get(peer.id());
        if (member == null) {
            return;
        }
        if (!(records.find(code) instanceof Room room) || room.find(participant) == null) {
            tell(peer, Problem.ROOM_NOT_FOUND, effects);
            return;
        }
        if (member.place instanceof Member.InFlight) {
            tell(peer, Problem.ALREADY_IN_FLIGHT, effects);
            return;
        }
        Member.InRoom wanted = new Member.InRoom(code, participant, channel);
        if (member.place instanceof Member.InRoom in && !in.equals(wanted)) {
            boolean moves = in.code().equals(code) && in.participant().equals(participant);
            boolean wasPaired = member.paired;
            takeOut(member, moves ? RoomSockets.End.MOVED : RoomSockets.End.CLOSED, at, effects);
            if (wasPaired) {
                deliveries.showAgain(member);
            }
        }
        long number = ++pairings;
        Rule attach = entry -> RoomSockets.attach(entry, participant, channel, member.seat(), number, at);
        commit(code, attach, effects, decision -> {
            if (!decision.isDone()) {
                tell(peer, Problem.ROOM_NOT_FOUND, effects);
            }
        });
        effects.due = grouper.takeNewlyDue();
    }

    /** Lets {@code rule} decide on what lives under {@code code}. */
    void commit(String code, Rule rule, Effects effects, Consumer<Decision> decided) {
        deliveries.into(effects);
        records.commit(code, rule, decision -> {
            effects.facts.addAll(decision.facts());
            decided.accept(decision);
        });
    }

    private static void tell(Peer peer, Problem problem, Effects effects) {
        peer.send(problem.message());
        effects.flushes.add(peer);
    }

    /** From now on nobody is told that its peer left, and no room changes because of a socket. */
    void stopping() {
        deliveries.stopping();
    }

    // --- presence ---

    /** What {@link Presence.Rounds#showNext} shows; the peers to be flushed go into {@code shown}. */
    long showNext(Network network, long arrival, int most, long now, List<Peer> shown) {
        if (arrival == Presence.FROM_THE_FIRST) {
            grouper.admitArrivals(network, now);
            network.changed = false; // what changed so far is in what is shown from here on
        }
        long last = Presence.ALL_SHOWN;
        for (Member member : NetworkGrouper.visibleAfter(network, arrival, most)) {
            member.peer.show(grouper.listFor(member));
            shown.add(member.peer);
            last = member.arrival();
        }
        return shown.size() < most ? Presence.ALL_SHOWN : last;
    }

    /** The networks that became due since the last call, for {@link Presence}. */
    List<Network> takeNewlyDue() {
        return grouper.takeNewlyDue();
    }

    NetworkView view(Network network) {
        return grouper.view(network);
    }

    long nextArrival(Network network, long now) {
        return grouper.nextArrival(network, now);
    }

    boolean endRound(Network network) {
        network.due = network.changed || !network.arriving.isEmpty();
        return network.due;
    }

    // --- figures ---

    Attendance attendance(long now, Duration grace) {
        return Attendance.of(members.values(), now, grace);
    }

    int listed(NetworkKey network) {
        return grouper.listed(network);
    }

    int members() {
        return members.size();
    }

    Records.Counts counts() {
        return records.counts();
    }

    long arrivals() {
        return arrivals;
    }

    long departures() {
        return departures;
    }

    RegistryInvariants invariants() {
        return new RegistryInvariants(members, records, grouper.networks());
    }
}

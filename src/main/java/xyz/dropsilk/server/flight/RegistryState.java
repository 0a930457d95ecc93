package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.limit.CodeTries;
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
    private final Invitations invitations;

    /** Where flights are kept; without other instances the same as {@link #rooms}. */
    private final Records flights;

    private final Records rooms;
    private final @Nullable SharedRecords shared;
    private long arrivals;
    private long lastArrival;
    private long departures;
    private long pairings;

    /** Nobody is here; all signals count in {@code relayed}; {@code bus} is the way to other instances, or null. */
    RegistryState(
            FlightRegistry.Lists lists,
            Records.Listener listener,
            Signals.Totals relayed,
            FlightRegistry.Time time,
            @Nullable Bus bus) {
        this.grouper = new NetworkGrouper(lists.maxUsers(), lists.arrivalDelay().toNanos(), bus);
        this.deliveries = new Deliveries(members, grouper, relayed, bus, time.ticker());
        this.shared = bus == null ? null : new SharedRecords(bus, deliveries, listener, time.ticker());
        this.rooms = shared == null ? new LocalRecords(deliveries, listener) : shared.rooms();
        this.flights = shared == null ? rooms : shared.flights();
        this.invitations = new Invitations(members, grouper, flights, rooms, deliveries, bus);
        this.pairings = bus == null ? 0 : Numbers.far();
    }

    /** Operations until the next call leave what has to be done without the lock in {@code effects}. */
    void begin(Effects effects) {
        deliveries.into(effects);
    }

    /** What the operation at hand leaves to be done without the lock. */
    Effects effects() {
        return deliveries.effects();
    }

    // --- clients ---

    /** {@code at} is a moment in whatever all instances count in, so that they agree on who came last; 0 where there are no others. */
    void connect(Peer peer, User user, ServerMessage registered, long now, long at) {
        Network network = grouper.enter(peer.network(), Presence.longBefore(now));
        arrivals++;
        lastArrival = Math.max(lastArrival + 1, at);
        Member member = new Member(peer, user, lastArrival, network, now);
        members.put(peer.id(), member);
        grouper.arrive(member);
        peer.send(registered);
        peer.show(grouper.listFor(member));
        effects().flushes.add(peer);
    }

    /** False if nothing changed. */
    boolean rename(User user) {
        Member member = members.get(user.id());
        if (member == null || member.user().name().equals(user.name())) {
            return false;
        }
        member.call(user);
        grouper.renamed(member);
        if (member.place instanceof Member.InFlight in) {
            tellName(member, in.code());
        }
        return true;
    }

    /** The flight under {@code code} is told the member's name; one question at a time, however often the name changes. */
    private void tellName(Member member, String code) {
        if (member.naming) {
            return;
        }
        member.naming = true;
        User told = member.user();
        ask(flights, code, null, entry -> Flight.rename(entry, member.seat().named(told)), decision -> {
            member.naming = false;
            renamedSince(member, told);
        });
    }

    /** Tells the member's flight its name if it is not {@code told} any more. */
    private void renamedSince(Member member, User told) {
        if (member.place instanceof Member.InFlight in && !member.user().equals(told)) {
            tellName(member, in.code());
        }
    }

    /** False if it was gone already. */
    boolean disconnect(String id, RoomSockets.End end, Instant at) {
        Member member = members.remove(id);
        if (member == null) {
            return false;
        }
        departures++;
        member.end = end;
        takeOut(member, end, at);
        grouper.leave(member);
        return true;
    }

    /** What a stop closes frees no seat of a room: its participants come back to the next process. */
    private void takeOut(Member member, RoomSockets.End end, Instant at) {
        Member.Place place = member.place;
        String id = member.peer.id();
        Traffic traffic = member.takeTraffic();
        deliveries.release(member);
        if (place instanceof Member.InFlight in) {
            must(flights, in.code(), entry -> Flight.leave(entry, id, traffic, at));
        } else if (place instanceof Member.InRoom in && !deliveries.isStopping()) {
            detach(in, id, end, traffic, at);
        }
    }

    // --- flights ---

    void createFlight(Peer peer, Instant at) {
        Member member = members.get(peer.id());
        if (member == null || member.hasToWait(() -> createFlight(peer, at))) {
            return;
        }
        if (member.place != null) {
            tell(peer, Problem.ALREADY_IN_FLIGHT);
            return;
        }
        String code = FlightCode.random();
        member.asking = true;
        User told = member.user();
        ask(
                flights,
                code,
                peer.id(),
                entry -> Flight.create(entry, code, member.seat().named(told), at),
                decision -> {
                    member.asking = false;
                    renamedSince(member, told);
                    if (!decision.isDone()) {
                        createFlight(peer, at); // under another code
                    }
                    if (!member.asking) {
                        member.answered();
                    }
                });
    }

    /** Whether the client takes part in something. */
    boolean isSomewhere(String id) {
        Member member = members.get(id);
        return member != null && member.place != null;
    }

    void joinFlight(Peer peer, String code, CodeTries tries, Instant at) {
        Member member = members.get(peer.id());
        if (member == null || member.hasToWait(() -> joinFlight(peer, code, tries, at))) {
            return;
        }
        if (member.place != null) {
            tell(peer, Problem.ALREADY_IN_FLIGHT);
            return;
        }
        long number = ++pairings;
        member.asking = true;
        User told = member.user();
        ask(flights, code, peer.id(), entry -> Flight.join(entry, member.seat().named(told), number, at), decision -> {
            renamedSince(member, told);
            if (!decision.isDone()) {
                tell(peer, Problem.FLIGHT_NOT_FOUND);
                if (decision.verdict() != Decision.Verdict.AWAY) {
                    effects().wrongCodes.add(tries);
                    effects().events.add(new Refused(Refusal.WRONG_CODE, peer.address(), peer.id()));
                }
            }
            member.answered();
        });
    }

    /** Invites where the contract lets it; else only operators hear of it. */
    void invite(Peer peer, String inviteeId, @Nullable String code, CodeTries tries, long now) {
        Member member = members.get(peer.id());
        if (member != null && !member.hasToWait(() -> invite(peer, inviteeId, code, tries, now))) {
            invitations.invite(member, inviteeId, code, tries, now);
        }
    }

    private @Nullable Entry find(String code) {
        Entry flight = flights.find(code);
        return flight != null ? flight : rooms.find(code);
    }

    // --- rooms ---

    /** Attaches where {@code participant} is one of the room; whatever the client was attached to before ends first. */
    void attach(Peer peer, String code, String participant, RoomChannel channel, Instant at) {
        Member member = members.get(peer.id());
        if (member == null || member.hasToWait(() -> attach(peer, code, participant, channel, at))) {
            return;
        }
        member.asking = true;
        rooms.refresh(code, participant, freshness -> {
            if (!isRoomOf(code, participant)) {
                tell(peer, Problem.ROOM_NOT_FOUND);
                member.answered();
            } else if (member.place instanceof Member.InFlight) {
                tell(peer, Problem.ALREADY_IN_FLIGHT);
                member.answered();
            } else if (members.get(peer.id()) == member) {
                attach(member, new Member.InRoom(code, participant, channel), at);
            }
        });
    }

    private boolean isRoomOf(String code, String participant) {
        return rooms.find(code) instanceof Room room && room.find(participant) != null;
    }

    private void attach(Member member, Member.InRoom wanted, Instant at) {
        if (member.place instanceof Member.InRoom in && !in.equals(wanted)) {
            boolean moves = in.code().equals(wanted.code()) && in.participant().equals(wanted.participant());
            boolean wasPaired = member.paired;
            takeOut(member, moves ? RoomSockets.End.MOVED : RoomSockets.End.CLOSED, at);
            if (wasPaired) {
                deliveries.showAgain(member);
            }
        }
        // Decided again elsewhere it is another pairing: what was said in the first one is not heard there.
        Rule attach = entry ->
                RoomSockets.attach(entry, wanted.participant(), wanted.channel(), member.seat(), ++pairings, at);
        ask(rooms, wanted.code(), null, attach, decision -> {
            RoomSockets.End end = member.end;
            if (!decision.isDone()) {
                tell(member.peer, Problem.ROOM_NOT_FOUND);
            } else if (end != null && !deliveries.isStopping()) {
                detach(wanted, member.peer.id(), end, Traffic.NONE, at); // its socket ended meanwhile
            }
            member.answered();
        });
    }

    private void detach(Member.InRoom in, String id, RoomSockets.End end, Traffic traffic, Instant at) {
        must(
                rooms,
                in.code(),
                entry -> RoomSockets.detach(entry, in.participant(), in.channel(), id, end, traffic, at));
    }

    /** Lets {@code rule} decide on the room that lives under {@code code}; {@code asker} as {@link Records#commit} has it. */
    void commit(String code, String asker, Rule rule, Consumer<Decision> decided) {
        ask(rooms, code, asker, rule, decided);
    }

    /** See {@link Records#refresh}. */
    void refresh(String code, @Nullable String participant, Consumer<Records.Freshness> then) {
        rooms.refresh(code, participant, then);
    }

    /** Lets go of a room that is served elsewhere. */
    void letGo(String code) {
        if (shared != null) {
            shared.rooms().letGo(code);
        }
    }

    private void must(Records where, String code, Rule rule) {
        ask(where, code, null, rule, decision -> {});
    }

    private void ask(Records where, String code, @Nullable String asker, Rule rule, Consumer<Decision> decided) {
        where.commit(code, asker, rule, decision -> {
            effects().facts.addAll(decision.facts());
            decided.accept(decision);
        });
    }

    private void tell(Peer peer, Problem problem) {
        peer.send(problem.message());
        effects().flushes.add(peer);
    }

    /** From now on nobody is told that its peer left, and no room changes because of a socket. */
    void stopping() {
        deliveries.stopping();
        if (shared != null) {
            shared.rooms().stopping();
        }
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

    // --- other instances ---

    /** What is shared; null where there are no other instances. */
    @Nullable
    SharedRecords shared() {
        return shared;
    }

    @Nullable
    Member member(String id) {
        return members.get(id);
    }

    /** As {@link Invitations#invited}. */
    void invited(String to, NetworkKey network, String code, User from, long now) {
        Member member = members.get(to);
        if (member != null) {
            invitations.invited(member, network, code, from, now);
        }
    }

    NetworkGrouper grouper() {
        return grouper;
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
        Records.Counts inRooms = rooms.counts();
        return shared == null
                ? inRooms
                : new Records.Counts(
                        inRooms.flights() + shared.flights().counts().flights(), inRooms.rooms());
    }

    long arrivals() {
        return arrivals;
    }

    long departures() {
        return departures;
    }

    RegistryInvariants invariants() {
        return new RegistryInvariants(members, this::find, flights, grouper.networks());
    }
}

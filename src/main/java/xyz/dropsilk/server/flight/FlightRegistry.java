package xyz.dropsilk.server.flight;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.protocol.ConnectionType;
import xyz.dropsilk.server.protocol.Problem;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.protocol.UsersList;

/**
 * The one door to everything that clients share: who is connected, the flights, the networks. Safe on any thread; outcomes travel to clients
 * as messages.
 *
 * <p><b>The lock.</b> There is one, held for a few map operations and appends. Nothing is called while it is held but the collaborators of
 * this package and the appending methods of {@link Peer}: no channel, no clock, no event, no future. What an operation leaves to be done
 * without it (flushes, events, rounds of presence) is collected in {@link Effects} and done in {@link #settle}.
 *
 * <p><b>Order.</b> Messages are appended under the lock in the order in which they were decided, and each peer keeps that order; so two event
 * loops that decide for the same client can't overtake each other.
 */
public final class FlightRegistry {
    private final ReentrantLock lock = new ReentrantLock();
    private final EventSink events;
    private final InstantSource clock;
    private final Presence presence;
    private final LongAdder signalsRelayed = new LongAdder();

    @GuardedBy("lock")
    private final Map<String, Member> members = new HashMap<>();

    @GuardedBy("lock")
    private final Map<String, Flight> flights = new HashMap<>();

    @GuardedBy("lock")
    private final NetworkGrouper grouper;

    @GuardedBy("lock")
    private boolean stopping;

    @GuardedBy("lock")
    private long arrivals;

    @GuardedBy("lock")
    private long departures;

    @GuardedBy("lock")
    private long flightsCreated;

    @GuardedBy("lock")
    private long flightsJoined;

    /**
     * An empty registry.
     *
     * @param maxListedUsers how many users a list names at most
     * @param events hears what happens
     * @param clock tells the time of day, for stories
     * @param timer runs the rounds of presence on one thread; not shut down here
     * @param ticker counts nanoseconds, for presence
     */
    public FlightRegistry(
            int maxListedUsers,
            EventSink events,
            InstantSource clock,
            ScheduledExecutorService timer,
            LongSupplier ticker) {
        this.grouper = new NetworkGrouper(maxListedUsers);
        this.events = events;
        this.clock = clock;
        this.presence = new Presence(timer, ticker, new Rounds(), events);
    }

    /**
     * What the server has in hand, and has had since its start.
     *
     * @param connections clients connected now
     * @param flights flights now
     * @param totalConnections clients that ever connected
     * @param totalDisconnections clients that left
     * @param totalFlightsCreated flights ever created
     * @param totalFlightsJoined pairings ever made
     * @param signalsRelayed signals that reached a peer's outbox
     */
    public record Stats(
            int connections,
            int flights,
            long totalConnections,
            long totalDisconnections,
            long totalFlightsCreated,
            long totalFlightsJoined,
            long signalsRelayed) {}

    /** The client is here: it is told its id and whom it sees, and its network hears of it. */
    public void connect(Peer peer) {
        Effects effects = new Effects();
        User user = new User(peer.id(), User.ANONYMOUS);
        ServerMessage registered = ServerMessage.registered(peer.id());
        long longAgo = presence.longAgo();
        lock.lock();
        try {
            Member member = new Member(peer, user, ++arrivals, grouper.enter(peer.network(), longAgo));
            members.put(peer.id(), member);
            grouper.show(member);
            peer.send(registered);
            peer.show(grouper.listFor(member));
            effects.flushes.add(peer);
            effects.due = grouper.takeNewlyDue();
        } finally {
            lock.unlock();
        }
        effects.happened.add(ServerEvent.clientConnected(peer.id(), IpAddress.text(peer.address())));
        settle(effects);
    }

    /** The client calls itself {@code name}, cleaned already. */
    public void rename(Peer peer, String name) {
        Effects effects = new Effects();
        User user = new User(peer.id(), name);
        lock.lock();
        try {
            Member member = members.get(peer.id());
            if (member == null || member.user.name().equals(name)) {
                return;
            }
            member.user = user;
            grouper.renamed(member);
            effects.due = grouper.takeNewlyDue();
        } finally {
            lock.unlock();
        }
        effects.happened.add(ServerEvent.clientRegisteredDetails(peer.id(), name));
        settle(effects);
    }

    /** A new flight with the client as its only member. */
    public void createFlight(Peer peer) {
        Effects effects = new Effects();
        Instant now = clock.instant();
        boolean decided;
        do {
            decided = createFlight(peer, FlightCode.random(), now, effects);
        } while (!decided);
        settle(effects);
    }

    /** False if the code is another flight's. */
    private boolean createFlight(Peer peer, String code, Instant now, Effects effects) {
        lock.lock();
        try {
            Member member = members.get(peer.id());
            if (member == null) {
                return true;
            }
            effects.flushes.add(peer);
            if (member.flight != null) {
                peer.send(Problem.ALREADY_IN_FLIGHT.message());
                return true;
            }
            Flight flight = new Flight(code, member, new FlightStory(code, peer, member.user, now));
            if (flights.putIfAbsent(code, flight) != null) {
                return false;
            }
            member.flight = flight;
            flightsCreated++;
            peer.send(ServerMessage.flightCreated(code));
            effects.happened.add(ServerEvent.flightCreated(code, peer.id()));
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The client asks for the free seat under {@code code}, as {@link FlightCode#parse} gives it. */
    public void joinFlight(Peer peer, String code) {
        Effects effects = new Effects();
        effects.flushes.add(peer);
        // A client's flight changes by its own messages alone, which come one after the other: what is seen here still
        // holds below.
        if (isInFlight(peer)) {
            peer.send(Problem.ALREADY_IN_FLIGHT.message());
        } else if (!peer.mayTryCode()) {
            peer.send(Problem.TOO_MANY_ATTEMPTS.message());
            effects.happened.add(refused(Refusal.JOIN_RATE, peer));
        } else if (!takeSeat(peer, code, clock.instant(), effects)) {
            peer.triedWrongCode();
            peer.send(Problem.FLIGHT_NOT_FOUND.message());
            effects.happened.add(refused(Refusal.WRONG_CODE, peer));
        }
        settle(effects);
    }

    private static ServerEvent refused(Refusal refusal, Peer peer) {
        return ServerEvent.refused(refusal, IpAddress.text(peer.address()), peer.id());
    }

    private boolean isInFlight(Peer peer) {
        lock.lock();
        try {
            Member member = members.get(peer.id());
            return member != null && member.flight != null;
        } finally {
            lock.unlock();
        }
    }

    private boolean takeSeat(Peer peer, String code, Instant now, Effects effects) {
        lock.lock();
        try {
            Member guest = members.get(peer.id());
            Flight flight = flights.get(code);
            if (guest == null || flight == null || flight.isFull() || flight.host == null) {
                return false;
            }
            pair(flight, flight.host, guest, now, effects);
            effects.due = grouper.takeNewlyDue();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void pair(Flight flight, Member host, Member guest, Instant now, Effects effects) {
        ConnectionType type = host.network == guest.network ? ConnectionType.LAN : ConnectionType.WAN;
        Pairing pairing = new Pairing(signalsRelayed);
        flight.guest = guest;
        flight.pairing = pairing;
        flight.story.joined(guest.peer, guest.user, type, now);
        guest.flight = flight;
        flightsJoined++;
        grouper.hide(host);
        grouper.hide(guest);
        // The joiner first: the host's browser sends its offer the moment it hears.
        announce(guest.peer, ServerMessage.peerJoined(flight.code, host.user, type), pairing);
        announce(host.peer, ServerMessage.peerJoined(flight.code, guest.user, type), pairing);
        // Only now can a signal set out, so it queues behind both announcements.
        guest.peer.link(new Peer.Link(host.peer, pairing));
        host.peer.link(new Peer.Link(guest.peer, pairing));
        effects.flushes.add(host.peer); // the guest, who asked, is in it already
        effects.happened.add(ServerEvent.flightJoined(flight.code, guest.peer.id(), type.word()));
    }

    private static void announce(Peer peer, ServerMessage peerJoined, Pairing pairing) {
        peer.send(peerJoined);
        peer.show(UsersList.EMPTY);
        peer.admit(pairing);
    }

    /** The client invites {@code inviteeId} to its flight {@code code}; whatever speaks against it is no client's error, so it says nothing. */
    public void invite(Peer peer, String inviteeId, @Nullable String code) {
        Effects effects = new Effects();
        lock.lock();
        try {
            Member member = members.get(peer.id());
            Member invitee = members.get(inviteeId);
            Flight flight = member == null ? null : member.flight;
            if (member == null
                    || invitee == null
                    || flight == null
                    || flight.isFull()
                    || !flight.code.equals(code)
                    || !grouper.lists(member, invitee)) {
                effects.happened.add(ServerEvent.invitationRefused(peer.id()));
            } else {
                invitee.peer.send(ServerMessage.flightInvitation(flight.code, member.user));
                effects.flushes.add(invitee.peer);
                effects.happened.add(ServerEvent.flightInvitation(flight.code, peer.id(), inviteeId));
            }
        } finally {
            lock.unlock();
        }
        settle(effects);
    }

    /** The client is gone: its peer is told, its network hears of it. Harmless if it was gone already. */
    public void disconnect(Peer peer) {
        Effects effects = new Effects();
        Instant now = clock.instant();
        lock.lock();
        try {
            Member member = members.remove(peer.id());
            if (member == null) {
                return;
            }
            departures++;
            if (member.flight != null) {
                leave(member, member.flight, now, effects);
            }
            grouper.leave(member);
            effects.due = grouper.takeNewlyDue();
        } finally {
            lock.unlock();
        }
        effects.happened.add(ServerEvent.clientDisconnected(peer.id()));
        if (effects.ended != null) {
            effects.happened.add(ServerEvent.flightEnded(effects.ended.code));
            effects.happened.add(ServerEvent.flightStory(effects.ended.story.tell(now)));
        }
        settle(effects);
    }

    @GuardedBy("lock")
    private void leave(Member member, Flight flight, Instant now, Effects effects) {
        Pairing pairing = flight.pairing;
        member.flight = null;
        member.peer.link(null);
        member.peer.admit(null);
        Member left = flight.remove(member);
        if (left != null) {
            left.peer.link(null);
            left.peer.admit(null);
            if (!stopping) {
                left.peer.send(ServerMessage.PEER_LEFT);
            }
            grouper.show(left);
            left.peer.show(grouper.listFor(left));
            effects.flushes.add(left.peer);
        } else {
            flights.remove(flight.code);
            effects.ended = flight;
        }
        flight.story.left(member.peer, pairing == null ? 0 : pairing.signals(), now);
    }

    /** The server stops, and everybody is told that: from now on nobody is told that its peer left. */
    public void stopping() {
        lock.lock();
        try {
            stopping = true;
        } finally {
            lock.unlock();
        }
    }

    /** What is here, and what has been. */
    public Stats stats() {
        lock.lock();
        try {
            return new Stats(
                    members.size(),
                    flights.size(),
                    arrivals,
                    departures,
                    flightsCreated,
                    flightsJoined,
                    signalsRelayed.sum());
        } finally {
            lock.unlock();
        }
    }

    private void settle(Effects effects) {
        assert !lock.isHeldByCurrentThread();
        effects.due.forEach(presence::due);
        effects.flushes.forEach(this::flush);
        effects.happened.forEach(events::publish);
    }

    /** One client's fault is nobody else's: whoever else is to be told still is. */
    private void flush(Peer peer) {
        try {
            peer.flush();
        } catch (RuntimeException e) {
            events.publish(ServerEvent.systemError("client " + peer.id(), e));
        }
    }

    /** The part of a round of presence that needs the lock. */
    private final class Rounds implements Presence.Shower {
        @Override
        public long showNext(Network network, long arrival, int most) {
            List<Peer> shown = new ArrayList<>(most);
            long last = Presence.ALL_SHOWN;
            lock.lock();
            try {
                if (arrival == Presence.FROM_THE_FIRST) {
                    network.changed = false; // what changed so far is in what is shown from here on
                }
                for (Member member : NetworkGrouper.visibleAfter(network, arrival, most)) {
                    member.peer.show(grouper.listFor(member));
                    shown.add(member.peer);
                    last = member.arrival;
                }
            } finally {
                lock.unlock();
            }
            shown.forEach(FlightRegistry.this::flush);
            return shown.size() < most ? Presence.ALL_SHOWN : last;
        }

        @Override
        public long costOfRound(Network network) {
            lock.lock();
            try {
                return (long) network.visible.size() * grouper.view(network).encodedLength();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean endRound(Network network) {
            lock.lock();
            try {
                network.due = network.changed;
                return network.due;
            } finally {
                lock.unlock();
            }
        }
    }

    // --- tests ---

    /** Fails if the state contradicts itself. */
    void checkInvariants() {
        lock.lock();
        try {
            new RegistryInvariants(members, flights, grouper.networks()).check();
        } finally {
            lock.unlock();
        }
    }
}

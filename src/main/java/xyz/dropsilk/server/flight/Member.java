package xyz.dropsilk.server.flight;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.limit.Rate;
import xyz.dropsilk.server.protocol.Listed;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.rules.Seat;
import xyz.dropsilk.server.rules.Traffic;

/** A connected client as the registry keeps it. Mutable, guarded by the registry's lock. */
final class Member {
    /** Invitations a minute that a client may send (rooms contract, 3). */
    static final int INVITATIONS_SENT_PER_MINUTE = 20;

    /** Invitations a minute that a client is sent. */
    static final int INVITATIONS_RECEIVED_PER_MINUTE = 10;

    private static final double MINUTE_SECONDS = TimeUnit.MINUTES.toSeconds(1);
    private static final Rate SENT = Rate.of(INVITATIONS_SENT_PER_MINUTE, MINUTE_SECONDS, INVITATIONS_SENT_PER_MINUTE);
    private static final Rate RECEIVED =
            Rate.of(INVITATIONS_RECEIVED_PER_MINUTE, MINUTE_SECONDS, INVITATIONS_RECEIVED_PER_MINUTE);

    final Peer peer;
    final Network network;

    /** When it came: ticker nanoseconds. */
    final long arrivedAt;

    private final long arrival;
    private User user;

    /** How lists name it; the same as long as its name is. */
    private Listed listed;

    /** Where it takes part in something; null for nowhere. */
    @Nullable
    Place place;

    /** Whether it is in a pairing for transfer, and so neither sees nor is seen. */
    boolean paired;

    /** The number of its pairing; {@link Peer#NO_PAIRING} without one. */
    long pairing;

    /** Counts the signals of its pairing, and of those before it that were not told yet; null before the first. */
    @Nullable
    Signals signals;

    /** Whether it is kept out of all lists for good: undiscoverable, or a room's socket for chat or screen-share. */
    boolean unlisted;

    /** Whether others do not see it yet, since it has just come. */
    boolean arriving;

    /** Whether it has asked for something of which the answer is still out: what it asks for meanwhile waits. */
    boolean asking;

    /** Whether its flight is being told its name. */
    boolean naming;

    /** How its socket ended; null while it is there. */
    RoomSockets.@Nullable End end;

    /** What it asked for meanwhile, {@link #MOST_WAITING} at most. */
    private final Deque<Runnable> later = new ArrayDeque<>(0);

    private static final int MOST_WAITING = 16;

    private long invitationsSent;
    private long invitationsReceived;

    /** Where a member takes part in something. */
    sealed interface Place {
        /** The code that it lives under. */
        String code();
    }

    /** In a flight. */
    record InFlight(String code) implements Place {}

    /** Attached to a room, for a participant known by its public id, on a channel. */
    record InRoom(String code, String participant, RoomChannel channel) implements Place {}

    Member(Peer peer, User user, long arrival, Network network, long now) {
        this.peer = peer;
        this.user = user;
        this.arrival = arrival;
        this.listed = new Listed(arrival, user);
        this.network = network;
        this.arrivedAt = now;
        this.unlisted = !peer.discoverable();
        this.invitationsSent = now;
        this.invitationsReceived = now;
    }

    /** The number of its arrival: greater than that of everybody who came before. */
    long arrival() {
        return arrival;
    }

    User user() {
        return user;
    }

    Listed listed() {
        return listed;
    }

    void call(User renamed) {
        user = renamed;
        listed = new Listed(arrival, renamed);
    }

    Seat seat() {
        return new Seat(user, peer.network(), peer.address());
    }

    /** What went through its pairings and no story knows of yet. */
    Traffic takeTraffic() {
        return signals == null ? Traffic.NONE : signals.take();
    }

    /** Has {@code request} wait if an answer is still out; what is too much is dropped. */
    boolean hasToWait(Runnable request) {
        if (asking && later.size() < MOST_WAITING) {
            later.addLast(request);
        }
        return asking;
    }

    /** The answer is here: what waited is asked for now. */
    void answered() {
        asking = false;
        while (!asking && !later.isEmpty()) {
            later.removeFirst().run();
        }
    }

    /** Whether the client may invite and {@code invitee} be invited at {@code now}, ticker nanoseconds; if so, counts it for both. */
    boolean mayInvite(Member invitee, long now) {
        return RECEIVED.nanosUntilPermit(invitee.invitationsReceived, now) <= 0
                && mayInvite(now)
                && invitee.mayBeInvited(now);
    }

    /** Whether the client may invite somebody at {@code now}; if so, counts it. */
    boolean mayInvite(long now) {
        boolean may = SENT.nanosUntilPermit(invitationsSent, now) <= 0;
        invitationsSent = may ? SENT.take(invitationsSent, now) : invitationsSent;
        return may;
    }

    /** Whether the client may be invited at {@code now}; if so, counts it. */
    boolean mayBeInvited(long now) {
        boolean may = RECEIVED.nanosUntilPermit(invitationsReceived, now) <= 0;
        invitationsReceived = may ? RECEIVED.take(invitationsReceived, now) : invitationsReceived;
        return may;
    }
}

package xyz.dropsilk.server.flight;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;
import xyz.dropsilk.server.protocol.NetworkView;
import xyz.dropsilk.server.protocol.Problem;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.rules.Rule;

/**
 * The one door to everything that clients share: who is connected, the flights, the networks, and the sockets of rooms. Safe on any thread;
 * outcomes travel to clients as messages.
 *
 * <p><b>The lock.</b> There is one, around {@link RegistryState}, held for a few map operations and appends. Nothing is called while it is held
 * but that class, its collaborators in this package, rules, and the appending methods of {@link Peer}: no channel, no clock, no event, no
 * future. What an operation leaves to be done without it (flushes, events, rounds of presence) is collected in {@link Effects} and done in
 * {@link #settle}.
 *
 * <p><b>Order.</b> Messages are appended under the lock in the order in which they were decided, and each peer keeps that order; so two event
 * loops that decide for the same client can't overtake each other.
 */
public final class FlightRegistry {
    private final ReentrantLock lock = new ReentrantLock();
    private final EventSink events;
    private final InstantSource clock;
    private final LongSupplier ticker;
    private final Presence presence;
    private final Bookkeeping books;
    private final Signals.Totals relayed = new Signals.Totals();
    private final @Nullable Bus bus;

    @GuardedBy("lock")
    private final RegistryState state;

    /** Whether the server stops, for those who only ask. */
    private volatile boolean stopping;

    /**
     * How lists are made.
     *
     * @param maxUsers how many users a list names at most
     * @param arrivalDelay how long others do not see a newcomer: a page's further sockets, which attach to a room in this time, never flash up
     */
    public record Lists(int maxUsers, Duration arrivalDelay) {
        /** Long enough for a page to say what its socket is for, and short enough that a change is seen within 250 ms. */
        public static final Duration ARRIVAL_DELAY = Duration.ofMillis(150);
    }

    /**
     * The ways to tell time.
     *
     * @param clock the time of day, for stories
     * @param ticker counts nanoseconds
     * @param timer runs the rounds of presence on one thread; not shut down here
     */
    public record Time(InstantSource clock, LongSupplier ticker, ScheduledExecutorService timer) {}

    /** An empty registry; {@code events} hears what happens, {@code listener} of each change to a flight or room. */
    public FlightRegistry(Lists lists, EventSink events, Time time, Records.Listener listener) {
        this(lists, events, time, listener, null);
    }

    /** The same as one of several instances, which {@code bus} leads to; what they have to say comes through the {@link #gateway}. */
    public FlightRegistry(Lists lists, EventSink events, Time time, Records.Listener listener, @Nullable Bus bus) {
        this.bus = bus;
        this.events = events;
        this.clock = time.clock();
        this.ticker = time.ticker();
        this.presence = new Presence(time.timer(), ticker, new LockedRounds(), events);
        this.books = new Bookkeeping(events);
        this.state = new RegistryState(lists, listener, relayed, time, bus);
    }

    /**
     * What the server has in hand, and has had since its start.
     *
     * @param connections clients connected now
     * @param flights flights now, and rooms with a transfer socket
     * @param rooms rooms now
     * @param totalConnections clients that ever connected
     * @param totalDisconnections clients that left
     * @param totalFlightsCreated flights ever created
     * @param totalFlightsJoined pairings ever made in flights
     * @param totalRoomsCreated rooms ever created
     * @param totalRoomsJoined seats ever taken in rooms
     * @param signalsRelayed signals that reached a peer's outbox
     */
    public record Stats(
            int connections,
            int flights,
            int rooms,
            long totalConnections,
            long totalDisconnections,
            long totalFlightsCreated,
            long totalFlightsJoined,
            long totalRoomsCreated,
            long totalRoomsJoined,
            long signalsRelayed) {}

    // --- clients ---

    /** The client is here: it is told its id and whom it sees, and its network hears of it. */
    public void connect(Peer peer) {
        User user = new User(peer.id(), User.ANONYMOUS);
        ServerMessage registered = ServerMessage.registered(peer.id());
        long now = ticker.getAsLong();
        long at = bus == null ? 0 : arrivalOf(clock.instant(), bus);
        run(state -> {
            state.connect(peer, user, registered, now, at);
            state.effects().events.add(new ClientEvent.Connected(peer.id(), peer.address()));
        });
    }

    /** What {@code home} a client of came in which microsecond: instances agree on who came last as far as their clocks do. */
    private static long arrivalOf(Instant moment, Bus home) {
        long micros =
                TimeUnit.SECONDS.toMicros(moment.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(moment.getNano());
        return (micros << HOME_BITS) | (home.home().hashCode() & ((1 << HOME_BITS) - 1));
    }

    private static final int HOME_BITS = 10;

    /** The client calls itself {@code name}, cleaned already. */
    public void rename(Peer peer, String name) {
        User user = new User(peer.id(), name);
        run(state -> {
            if (state.rename(user)) {
                state.effects().events.add(new ClientEvent.RegisteredDetails(peer.id(), name));
            }
        });
    }

    /**
     * The client is gone: its peer is told, its network hears of it. Harmless if it was gone already.
     *
     * @param end how its socket ended, which decides whether a participant of a room has left
     * @return whether it was here until now; whoever knows its socket tells how it ended
     */
    public boolean disconnect(Peer peer, RoomSockets.End end) {
        Instant now = clock.instant();
        return call(state -> state.disconnect(peer.id(), end, now));
    }

    // --- flights ---

    /** A new flight with the client as its only member. */
    public void createFlight(Peer peer) {
        Instant now = clock.instant();
        run(state -> state.createFlight(peer, now));
    }

    /** The client asks for the free seat under {@code code}, as {@link FlightCode#parse} gives it, while {@code tries} lets it. */
    public void joinFlight(Peer peer, String code, CodeTries tries) {
        // A client's place changes by its own messages alone, which come one after the other: what is seen here still
        // holds below.
        if (!isSomewhere(peer) && !tries.mayTry()) {
            peer.send(Problem.TOO_MANY_ATTEMPTS.message());
            flush(peer);
            events.publish(new Refused(Refusal.JOIN_RATE, peer.address(), peer.id()));
            return;
        }
        Instant now = clock.instant();
        run(state -> state.joinFlight(peer, code, tries, now));
    }

    /** Whether the client takes part in a flight or room. It begins to by its own messages alone. */
    public boolean isSomewhere(Peer peer) {
        return look(state -> state.isSomewhere(peer.id()));
    }

    /**
     * The client invites {@code inviteeId} to {@code code}: its own flight, or any room, since to know a room's code is the right to pass it on.
     * Whatever speaks against it is no client's error, so it says nothing; but a code that is neither counts as a wrong one.
     */
    public void invite(Peer peer, String inviteeId, @Nullable String code, CodeTries tries) {
        if (tries.mayTry()) {
            long now = ticker.getAsLong();
            run(state -> state.invite(peer, inviteeId, code, tries, now));
        } else {
            events.publish(new InvitationRefused(peer.id()));
        }
    }

    // --- rooms ---

    /**
     * The client's socket attaches to room {@code code} for a participant, known by its public id: it is told {@code room-attached}, or why not.
     * Whatever it was attached to otherwise ends first.
     */
    public void attach(Peer peer, String code, String participant, RoomChannel channel) {
        Instant now = clock.instant();
        run(state -> state.attach(peer, code, participant, channel, now));
    }

    /**
     * Lets {@code rule} decide on the room that lives under {@code code}; the stage may complete on any thread, here at once.
     *
     * @param asker {@link Records#PAGE} or {@link Records#JUDGE}
     */
    public CompletionStage<Decision> commit(String code, String asker, Rule rule) {
        CompletableFuture<Decision> decided = new CompletableFuture<>();
        run(state -> state.commit(
                code, asker, rule, decision -> state.effects().done.add(() -> decided.complete(decision))));
        return decided;
    }

    /** See {@link Records#refresh}; the stage may complete on any thread, here at once. */
    public CompletionStage<Records.Freshness> refresh(String code, @Nullable String participant) {
        CompletableFuture<Records.Freshness> refreshed = new CompletableFuture<>();
        run(state -> state.refresh(
                code, participant, freshness -> state.effects().done.add(() -> refreshed.complete(freshness))));
        return refreshed;
    }

    /** Lets go of a room that is served elsewhere, if it is nobody's here. */
    public void letGo(String code) {
        run(state -> state.letGo(code));
    }

    /** Whether rooms are shared with other instances. */
    public boolean isShared() {
        return bus != null;
    }

    // --- the server ---

    /** Who is here and what for; who came less than {@code grace} ago and is in nothing yet counts as a newcomer. */
    public Attendance attendance(Duration grace) {
        long now = ticker.getAsLong();
        return look(state -> state.attendance(now, grace));
    }

    /** The server stops, and everybody is told that: from now on nobody is told that its peer left, and rooms stay as they are. */
    public void stopping() {
        stopping = true;
        run(RegistryState::stopping);
    }

    /** Whether the server stops. */
    public boolean isStopping() {
        return stopping;
    }

    /** How many clients are here. */
    public int connections() {
        return look(RegistryState::members);
    }

    /** What is here, and what has been. */
    public Stats stats() {
        return look(state -> {
            Records.Counts now = state.counts();
            return new Stats(
                    state.members(),
                    now.flights(),
                    now.rooms(),
                    state.arrivals(),
                    state.departures(),
                    books.flightsCreated(),
                    books.flightsJoined(),
                    books.roomsCreated(),
                    books.roomsJoined(),
                    relayed.signals());
        });
    }

    /** How many clients somebody who came to {@code network} now would be shown. */
    public int listed(NetworkKey network) {
        return look(state -> state.listed(network));
    }

    /** Adds what is here, and what has been, to {@code meters}. */
    public void addTo(Meters meters) {
        meters.gauge(Names.CONNECTIONS, "Clients connected now.", this::connections);
        meters.counter(Names.CONNECTIONS_OPENED, "Clients that ever connected.", () -> look(RegistryState::arrivals));
        meters.gauge(
                Names.FLIGHTS,
                "Flights now, and rooms with a transfer socket.",
                () -> look(state -> state.counts().flights()));
        meters.counter(Names.SIGNALS, "Signals that reached a peer's queue.", relayed::signals);
        meters.counter("dropsilk_signal_bytes_total", "Bytes of those signals, as they are sent on.", relayed::bytes);
        books.addTo(meters);
    }

    private void settle(Effects effects) {
        assert !lock.isHeldByCurrentThread();
        effects.facts.forEach(books::count);
        effects.wrongCodes.forEach(CodeTries::failed);
        effects.due.forEach(presence::due);
        effects.flushes.forEach(this::flush);
        effects.replaced.forEach(Peer::replaced);
        if (!effects.facts.isEmpty()) {
            Instant now = clock.instant();
            effects.facts.forEach(fact -> books.tell(fact, now));
        }
        effects.events.forEach(events::publish);
        effects.done.forEach(Runnable::run);
    }

    /** One client's fault is nobody else's: whoever else is to be told still is. */
    private void flush(Peer peer) {
        try {
            peer.flush();
        } catch (RuntimeException e) {
            events.publish(new SystemEvent.Fault("client " + peer.id(), e));
        }
    }

    /** The part of a round of presence that needs the lock. */
    private final class LockedRounds implements Presence.Rounds {
        @Override
        public long showNext(Network network, long arrival, int most) {
            List<Peer> shown = new ArrayList<>(most);
            long now = ticker.getAsLong();
            long last = look(state -> {
                long shownUpTo = state.showNext(network, arrival, most, now, shown);
                state.grouper().publish(network);
                return shownUpTo;
            });
            shown.forEach(FlightRegistry.this::flush);
            return last;
        }

        @Override
        public long costOfRound(Network network) {
            return look(state -> new Round(state.view(network), network.visible.size()))
                    .bytes();
        }

        @Override
        public long nextArrival(Network network, long now) {
            return look(state -> state.nextArrival(network, now));
        }

        @Override
        public boolean endRound(Network network) {
            return look(state -> state.endRound(network));
        }
    }

    /** What a round of presence says, and to how many. */
    private record Round(NetworkView view, int receivers) {
        long bytes() {
            return (long) receivers * view.encodedLength();
        }
    }

    // --- other instances ---

    /** What other instances have to say comes in here. */
    public Gateway gateway() {
        return new Gateway(this);
    }

    /** The instance's id, which its clients' ids begin with; empty where there are no others. */
    public String home() {
        return bus == null ? "" : bus.home();
    }

    /** Does {@code work} under the lock, and without it what that leaves to be done. */
    void run(Consumer<RegistryState> work) {
        call(state -> {
            work.accept(state);
            return true;
        });
    }

    /** The same; gives what {@code work} gave. */
    <T> T call(Function<RegistryState, T> work) {
        Effects effects = new Effects();
        T result;
        lock.lock();
        try {
            state.begin(effects);
            result = work.apply(state);
            effects.due.addAll(state.takeNewlyDue());
        } finally {
            lock.unlock();
        }
        settle(effects);
        return result;
    }

    /** Looks at something under the lock. */
    <T> T look(Function<RegistryState, T> question) {
        lock.lock();
        try {
            return question.apply(state);
        } finally {
            lock.unlock();
        }
    }

    /** The time of day. */
    Instant instant() {
        return clock.instant();
    }

    /** The ticker's nanoseconds. */
    long nanos() {
        return ticker.getAsLong();
    }

    // --- tests ---

    /** Fails if the state contradicts itself. */
    void checkInvariants() {
        look(state -> {
            state.invariants().check();
            return true;
        });
    }
}

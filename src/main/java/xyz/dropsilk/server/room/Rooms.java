package xyz.dropsilk.server.room;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.FlightCode;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Fact;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.Rule;

/**
 * What pages ask of rooms over HTTP. Safe on any thread. A poll reads memory and takes no lock, unless it finds that somebody has fallen silent or
 * is back.
 */
public final class Rooms {
    /** The longest id of a participant that is looked at, in UTF-16 units. */
    public static final int MAX_ID_UNITS = 64;

    private final FlightRegistry registry;
    private final RoomBook book;
    private final RoomSettings settings;
    private final Time time;
    private final Predicate<NetworkKey> admitsSocket;
    private final Evictions evictions;
    private final LongAdder polls = new LongAdder();

    /**
     * The ways to tell time.
     *
     * @param clock the time of day, for what summaries and stories say
     * @param ticker counts nanoseconds in which the process runs; the same as the book's
     */
    public record Time(InstantSource clock, LongSupplier ticker) {}

    /**
     * Who asks.
     *
     * @param address where it is
     * @param network its network
     */
    public record Caller(InetAddress address, NetworkKey network) {}

    /** What became of a request. */
    public enum Outcome {
        DONE,
        /** No such room, or the caller is no participant of it. */
        NOT_FOUND,
        /** Both seats are taken. */
        FULL,
        /** The other one shares its screen. */
        PEER_SHARES,
        /** The caller's network has as many rooms as it may. */
        NETWORK_FULL,
        /** There are as many rooms as there may be, and all are in use. */
        SERVER_FULL
    }

    /**
     * The answer to a request.
     *
     * @param outcome what became of it
     * @param summary the room as the caller sees it, as JSON; empty unless the outcome is {@link Outcome#DONE}
     */
    public record Answer(Outcome outcome, String summary) {
        static final Answer NOT_FOUND = refused(Outcome.NOT_FOUND);

        static Answer refused(Outcome outcome) {
            return new Answer(outcome, "");
        }
    }

    /** A participant found by its secret, in the room as it was at that moment. */
    private record Found(KeptRoom room, KeptRoom.State state, Participant self, String secret) {
        Hearing hearing() {
            return state.of(self);
        }
    }

    /**
     * Rooms that {@code registry} decides on and {@code book} keeps; {@code book} must be what the registry tells of changes.
     *
     * @param admitsSocket whether a WebSocket from a network would be let in now
     */
    public Rooms(
            FlightRegistry registry,
            RoomBook book,
            RoomSettings settings,
            Time time,
            Predicate<NetworkKey> admitsSocket) {
        this.registry = registry;
        this.book = book;
        this.settings = settings;
        this.time = time;
        this.admitsSocket = admitsSocket;
        this.evictions = new Evictions(book, settings.silence());
    }

    /** Adds what is asked to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counter("dropsilk_room_polls_total", "Polls of rooms.", polls::sum);
    }

    // --- requests ---

    /** A new room with the caller as its host, called {@code name}, which is cleaned already. */
    public CompletionStage<Answer> create(String name, Caller caller) {
        if (book.createdFrom(caller.network()) >= settings.maxPerNetwork()) {
            return CompletableFuture.completedFuture(Answer.refused(Outcome.NETWORK_FULL));
        }
        if (book.size() >= settings.maxRooms() && !evictOne()) {
            return CompletableFuture.completedFuture(Answer.refused(Outcome.SERVER_FULL));
        }
        String secret = ParticipantId.random();
        return create(Participant.newcomer(ParticipantId.publicOf(secret), name), secret, caller);
    }

    private CompletionStage<Answer> create(Participant creator, String secret, Caller caller) {
        String code = FlightCode.random();
        Instant at = time.clock.instant();
        return registry.commit(code, entry -> Room.create(entry, code, creator, caller.address(), at))
                .thenCompose(decision -> decision.isDone()
                        ? CompletableFuture.completedFuture(summary(code, secret, caller))
                        : create(creator, secret, caller)); // the code is in use
    }

    /**
     * The caller, called {@code name}, which is cleaned already, takes a seat in room {@code code}. A refusal counts as a wrong code in {@code
     * tries}, whether it was asked before or not.
     */
    public CompletionStage<Answer> join(String code, String name, Caller caller, CodeTries tries) {
        endIfExpired(code);
        String secret = ParticipantId.random();
        Participant joiner = Participant.newcomer(ParticipantId.publicOf(secret), name);
        Instant at = time.clock.instant();
        return registry.commit(code, entry -> Room.join(entry, joiner, caller.address(), this::givesWay, at))
                .thenApply(decision -> {
                    if (decision.isDone()) {
                        return summary(code, secret, caller);
                    }
                    tries.failed();
                    return Answer.refused(
                            decision.verdict() == Decision.Verdict.FULL ? Outcome.FULL : Outcome.NOT_FOUND);
                });
    }

    /** The room as the caller, known by its {@code secret}, sees it. Never waits. */
    public Answer poll(String code, String secret, Caller caller) {
        polls.increment();
        Found found = find(code, secret);
        if (found == null) {
            return Answer.NOT_FOUND;
        }
        found.hearing().heard(now());
        if (found.self().silent()) {
            registry.commit(code, entry -> Room.comeBack(entry, found.self().id()));
            return summary(code, secret, caller);
        }
        return summary(found, caller);
    }

    /** The caller has chosen {@code files} files of {@code bytes} bytes. */
    public CompletionStage<Answer> ready(String code, String secret, Caller caller, int files, long bytes) {
        return change(code, secret, caller, id -> entry -> Room.ready(entry, id, files, bytes));
    }

    /** The caller asks for a chat, or no more. */
    public CompletionStage<Answer> chat(String code, String secret, Caller caller, boolean active) {
        return change(code, secret, caller, id -> entry -> Room.chat(entry, id, active));
    }

    /** The caller shares its screen, or no more. */
    public CompletionStage<Answer> share(String code, String secret, Caller caller, boolean active) {
        return change(code, secret, caller, id -> entry -> Room.share(entry, id, active));
    }

    /** A change by a participant, known by its public id. */
    @FunctionalInterface
    private interface Change {
        Rule by(String id);
    }

    private CompletionStage<Answer> change(String code, String secret, Caller caller, Change change) {
        Found found = find(code, secret);
        if (found == null) {
            return CompletableFuture.completedFuture(Answer.NOT_FOUND);
        }
        found.hearing().heard(now());
        return registry.commit(code, change.by(found.self().id())).thenApply(decision -> switch (decision.verdict()) {
            case DONE -> summary(code, secret, caller);
            case PEER_SHARES -> Answer.refused(Outcome.PEER_SHARES);
            case NOT_FOUND, FULL, CODE_IN_USE, AWAY -> Answer.NOT_FOUND;
        });
    }

    private Answer summary(String code, String secret, Caller caller) {
        Found found = find(code, secret);
        return found == null ? Answer.NOT_FOUND : summary(found, caller);
    }

    /** The room as the caller sees it now, once it is clear whether the other one is silent. */
    private Answer summary(Found found, Caller caller) {
        Room room = found.state().room();
        Participant self = found.self();
        Participant other = room.other(self);
        if (other != null && judge(found.room(), found.state(), other)) {
            return summary(room.code(), found.secret(), caller);
        }
        Summary summary = Summary.of(room, self, found.secret());
        boolean shouldConnect =
                summary.isReady() && (self.isAttachedForTransfer() || admitsSocket.test(caller.network()));
        found.hearing().told(shouldConnect, now());
        return new Answer(
                Outcome.DONE, summary.json(shouldConnect, time.clock.instant().plus(settings.timeToLive())));
    }

    // --- sockets ---

    /** The client's socket attaches to room {@code code} for whoever has {@code secret}; it is told whether that worked. */
    public void attach(Peer peer, String code, String secret, RoomChannel channel) {
        Found found = find(code, secret);
        if (found != null) {
            found.hearing().heard(now());
        }
        registry.attach(peer, code, found == null ? "" : found.self().id(), channel);
    }

    /** Ends room {@code code} if nobody in it was heard of for long enough; nothing where there is none. */
    public void endIfExpired(String code) {
        KeptRoom room = book.find(code);
        if (room != null && isExpired(room.state(), now())) {
            registry.commit(code, entry -> Room.end(entry, Fact.Ending.EXPIRED, () -> isExpired(room.state(), now())));
        }
    }

    // --- time ---

    /** Looks for rooms that have expired and participants who have fallen silent. To be called at least twice a second. */
    public void sweep() {
        long now = now(); // also where there are no rooms: a ticker that leaves out standstill wants to be asked
        if (registry.isStopping()) {
            return;
        }
        book.forEach(room -> {
            KeptRoom.State state = room.state();
            if (isExpired(state, now)) {
                endIfExpired(state.room().code());
                return;
            }
            Participant guest = state.room().guest();
            if (guest != null) {
                judge(room, state, guest);
                judge(room, state, state.room().host());
            }
        });
    }

    /** Whether {@code participant} turns out to have fallen silent. */
    private boolean judge(KeptRoom room, KeptRoom.State state, Participant participant) {
        if (participant.silent()
                || participant.isAttached()
                || !state.of(participant).isSilent(now())) {
            return false;
        }
        registry.commit(
                state.room().code(),
                entry -> Room.fallSilent(entry, participant.id(), () -> isStillSilent(room, participant.id())));
        return true;
    }

    private boolean isStillSilent(KeptRoom room, String id) {
        KeptRoom.State state = room.state();
        Participant participant = state.room().find(id);
        return participant != null && state.of(participant).isSilent(now());
    }

    private boolean isExpired(KeptRoom.State state, long now) {
        return now - state.heardAt(now) >= settings.timeToLive().toNanos();
    }

    /** Whether a join may take the seat of {@code participant}. Asked under the registry's lock. */
    private boolean givesWay(Room room, Participant participant) {
        KeptRoom kept = book.find(room.code());
        return participant.silent()
                || (!participant.isAttached()
                        && kept != null
                        && kept.state().of(participant).givesWay(now()));
    }

    private boolean evictOne() {
        KeptRoom room = evictions.next(now());
        if (room == null) {
            return false;
        }
        registry.commit(
                room.state().room().code(),
                entry -> Room.end(entry, Fact.Ending.EVICTED, () -> evictions.isDue(room.state(), now())));
        return book.size() < settings.maxRooms();
    }

    private long now() {
        return time.ticker.getAsLong();
    }

    private @Nullable Found find(String code, String secret) {
        KeptRoom room = book.find(code);
        if (room == null) {
            return null;
        }
        KeptRoom.State state = room.state();
        if (isExpired(state, now())) {
            endIfExpired(code);
            return null;
        }
        Participant self = state.withSecret(secret);
        return self == null ? null : new Found(room, state, self, secret);
    }
}

package xyz.dropsilk.server.room;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.FlightCode;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.flight.Records;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomChannel;
import xyz.dropsilk.server.rules.Rule;

/**
 * What pages ask of rooms over HTTP. Safe on any thread. A poll reads memory and takes no lock, unless it finds that somebody has fallen silent or
 * is back. Where instances share rooms each request asks first what the others know; while they can't be asked a room goes on from what is known
 * here, and nobody is judged.
 */
public final class Rooms {
    /** The longest id of a participant that is looked at, in UTF-16 units. */
    public static final int MAX_ID_UNITS = 64;

    /** Each question to the others is given up after two seconds: a request that leads to two is late by no more than this. */
    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final FlightRegistry registry;
    private final RoomBook book;
    private final RoomSettings settings;
    private final Time time;
    private final Predicate<NetworkKey> admitsSocket;
    private final Expiry expiry;
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
        SERVER_FULL,
        /** Only other instances could tell, and they can't be asked. */
        AWAY
    }

    /**
     * The answer to a request.
     *
     * @param outcome what became of it
     * @param summary the room as the caller sees it, as JSON in UTF-8; empty unless the outcome is {@link Outcome#DONE}
     */
    public record Answer(Outcome outcome, byte[] summary) {
        private static final byte[] NONE = {};
        static final Answer NOT_FOUND = refused(Outcome.NOT_FOUND);
        static final Answer AWAY = refused(Outcome.AWAY);

        static Answer refused(Outcome outcome) {
            return new Answer(outcome, NONE);
        }
    }

    /** A participant found by its secret, in the room as it was at that moment. */
    private record Found(KeptRoom room, KeptRoom.State state, Occupant self, String secret) {
        Hearing hearing() {
            return self.hearing();
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
        this.expiry = new Expiry(registry, book, settings, time.ticker());
    }

    /** Adds what is asked to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counter("dropsilk_room_polls_total", "Polls of rooms.", polls::sum);
    }

    // --- requests ---

    /** A new room with the caller as its host, called {@code name}, which is cleaned already. */
    public CompletionStage<Answer> create(String name, Caller caller) {
        if (book.createdFrom(caller.network()) >= settings.maxPerNetwork()) {
            return answered(Answer.refused(Outcome.NETWORK_FULL));
        }
        String secret = ParticipantId.random();
        Participant creator = Participant.newcomer(ParticipantId.publicOf(secret), name);
        if (expiry.isPlace()) {
            return create(creator, secret, caller);
        }
        return expiry.evictOne()
                .thenCompose(isPlace ->
                        isPlace ? create(creator, secret, caller) : answered(Answer.refused(Outcome.SERVER_FULL)));
    }

    private CompletionStage<Answer> create(Participant creator, String secret, Caller caller) {
        String code = FlightCode.random();
        Instant at = time.clock.instant();
        return registry.commit(code, Records.PAGE, entry -> Room.create(entry, code, creator, caller.address(), at))
                .thenCompose(decision -> switch (decision.verdict()) {
                    case DONE -> answered(summary(code, secret, caller));
                    case CODE_IN_USE -> create(creator, secret, caller);
                    default -> answered(refusal(decision.verdict()));
                });
    }

    /**
     * The caller, called {@code name}, which is cleaned already, takes a seat in room {@code code}. A refusal counts as a wrong code in {@code
     * tries}, whether it was asked before or not.
     */
    public CompletionStage<Answer> join(String code, String name, Caller caller, CodeTries tries) {
        String secret = ParticipantId.random();
        Participant joiner = Participant.newcomer(ParticipantId.publicOf(secret), name);
        Instant at = time.clock.instant();
        long asked = now();
        return whenSoonKnown(
                code,
                null,
                isCertain -> (isCertain ? expiry.endIfExpired(code) : answered(Decision.notFound()))
                        .thenCompose(ended -> registry.commit(
                                code,
                                Records.PAGE,
                                entry -> Room.join(
                                        entry,
                                        joiner,
                                        caller.address(),
                                        (room, participant) -> participant.silent()
                                                || (isCertain && expiry.givesWay(room, participant, asked)),
                                        at)))
                        .thenApply(decision -> {
                            if (decision.isDone()) {
                                return summary(code, secret, caller);
                            }
                            if (decision.verdict() != Decision.Verdict.AWAY) {
                                tries.failed();
                            }
                            return refusal(decision.verdict());
                        }));
    }

    /** The room as the caller, known by its {@code secret}, sees it. */
    public CompletionStage<Answer> poll(String code, String secret, Caller caller) {
        polls.increment();
        long asked = now();
        return whenKnown(code, secret, isCertain -> {
            long now = now();
            Found found = find(code, secret, isCertain, now);
            if (found == null) {
                return answered(unknown(isCertain));
            }
            found.hearing().heard(now);
            Participant self = found.self().participant();
            if (!self.silent()) {
                return summary(found, caller, isCertain, now);
            }
            if (!isSoon(asked)) {
                return answered(Answer.AWAY);
            }
            return registry.commit(code, Records.PAGE, entry -> Room.comeBack(entry, self.id()))
                    .thenApply(decision ->
                            decision.isDone() ? summary(code, secret, caller) : refusal(decision.verdict()));
        });
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
        long asked = now();
        return whenSoonKnown(code, secret, isCertain -> {
            long now = now();
            Found found = find(code, secret, isCertain, now);
            if (found == null) {
                return answered(unknown(isCertain));
            }
            found.hearing().heard(now);
            Rule rule = change.by(found.self().participant().id());
            return registry.commit(code, Records.PAGE, rule)
                    .thenCompose(decision -> decision.isDone()
                            ? summaryOf(code, secret, caller, isCertain && isSoon(asked))
                            : answered(refusal(decision.verdict())));
        });
    }

    /** Somebody who is not in the room as this instance knows it may have come to it by another one. */
    private static Answer unknown(boolean isCertain) {
        return isCertain ? Answer.NOT_FOUND : Answer.AWAY;
    }

    private static Answer refusal(Decision.Verdict verdict) {
        return switch (verdict) {
            case PEER_SHARES -> Answer.refused(Outcome.PEER_SHARES);
            case FULL -> Answer.refused(Outcome.FULL);
            case AWAY -> Answer.AWAY;
            case DONE, NOT_FOUND, CODE_IN_USE -> Answer.NOT_FOUND;
        };
    }

    private static <T> CompletionStage<T> answered(T answer) {
        return CompletableFuture.completedFuture(answer);
    }

    /** Something to do once it is known what others know of a room. */
    @FunctionalInterface
    private interface Work {
        /** {@code isCertain} unless others can't be asked, and this instance goes on from what it knows. */
        CompletionStage<Answer> run(boolean isCertain);
    }

    /** Does {@code work} at once where this instance is alone. Whoever has {@code secret} is heard of. */
    private CompletionStage<Answer> whenKnown(String code, @Nullable String secret, Work work) {
        if (!registry.isShared()) {
            return work.run(/* isCertain= */ true);
        }
        long asked = now();
        return registry.refresh(code, secret == null ? null : ParticipantId.publicOf(secret))
                .thenCompose(freshness -> freshness == Records.Freshness.UNKNOWN
                        ? answered(Answer.AWAY)
                        : work.run(freshness == Records.Freshness.FRESH && isSoon(asked)));
    }

    /** The same for what has to ask the others once more: where the first answer took long, nobody waits for two. */
    private CompletionStage<Answer> whenSoonKnown(String code, @Nullable String secret, Work work) {
        long asked = now();
        return whenKnown(code, secret, isCertain -> isSoon(asked) ? work.run(isCertain) : answered(Answer.AWAY));
    }

    /** Whether another question can still be answered in time. */
    private boolean isSoon(long asked) {
        return now() - asked < SOON_NANOS;
    }

    // --- summaries ---

    /** The room as the caller sees it now, once it is clear whether the other one is silent. */
    private CompletionStage<Answer> summary(Found found, Caller caller, boolean isCertain, long now) {
        Occupant other = found.state().other(found.self());
        if (other == null || !isCertain || !Expiry.isOverdue(other, now)) {
            return answered(summary(found, caller, now));
        }
        return expiry.fallSilent(found.room(), other.participant().id())
                .thenApply(decision -> summary(found.state().room().code(), found.secret(), caller));
    }

    private CompletionStage<Answer> summaryOf(String code, String secret, Caller caller, boolean isCertain) {
        long now = now();
        Found found = find(code, secret, isCertain, now);
        return found == null ? answered(Answer.NOT_FOUND) : summary(found, caller, isCertain, now);
    }

    private Answer summary(String code, String secret, Caller caller) {
        long now = now();
        Found found = find(code, secret, /* isCertain= */ false, now);
        return found == null ? Answer.NOT_FOUND : summary(found, caller, now);
    }

    private Answer summary(Found found, Caller caller, long now) {
        Occupant self = found.self();
        Summary summary = self.summary(found.state().room(), found.secret());
        boolean shouldConnect = summary.isReady()
                && (self.participant().isAttachedForTransfer() || admitsSocket.test(caller.network()));
        found.hearing().told(shouldConnect, now);
        return new Answer(
                Outcome.DONE, summary.json(shouldConnect, time.clock.instant().plus(settings.timeToLive())));
    }

    // --- sockets ---

    /** The client's socket attaches to room {@code code} for whoever has {@code secret}; it is told whether that worked. */
    public void attach(Peer peer, String code, String secret, RoomChannel channel) {
        if (registry.isShared()) {
            registry.attach(peer, code, ParticipantId.publicOf(secret), channel);
            return;
        }
        long now = now();
        Found found = find(code, secret, /* isCertain= */ true, now);
        if (found != null) {
            found.hearing().heard(now);
        }
        registry.attach(
                peer, code, found == null ? "" : found.self().participant().id(), channel);
    }

    /** Ends room {@code code}, of which {@code peer} is about to speak, if nobody in it was heard of for long enough. */
    public void endIfExpired(String code) {
        if (!registry.isShared()) {
            CompletionStage<Decision> unused = expiry.endIfExpired(code);
        }
    }

    /** Looks for rooms that have expired and participants who have fallen silent. To be called at least twice a second. */
    public void sweep() {
        expiry.sweep();
    }

    private long now() {
        return time.ticker.getAsLong();
    }

    private @Nullable Found find(String code, String secret, boolean isCertain, long now) {
        KeptRoom room = book.find(code);
        if (room == null) {
            return null;
        }
        KeptRoom.State state = room.state();
        if (isCertain && expiry.isExpired(state, now)) {
            CompletionStage<Decision> unused = expiry.endIfExpired(code);
            return null;
        }
        Occupant self = state.withSecret(secret);
        return self == null ? null : new Found(room, state, self, secret);
    }
}

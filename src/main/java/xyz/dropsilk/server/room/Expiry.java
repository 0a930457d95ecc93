package xyz.dropsilk.server.room;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.flight.Records;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Fact;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/**
 * What time does to rooms: participants fall silent, rooms expire, and the one that was unheard of longest gives way where there are too many. Each
 * is judged again when it is decided, and nobody is while other instances that might know better can't be asked. Safe on any thread.
 */
final class Expiry {
    private final FlightRegistry registry;
    private final RoomBook book;
    private final RoomSettings settings;
    private final LongSupplier ticker;
    private final Evictions evictions;

    /** Of the rooms in {@code book}, decided by {@code registry}; {@code ticker} counts nanoseconds in which the process runs. */
    Expiry(FlightRegistry registry, RoomBook book, RoomSettings settings, LongSupplier ticker) {
        this.registry = registry;
        this.book = book;
        this.settings = settings;
        this.ticker = ticker;
        this.evictions = new Evictions(book, settings.silence());
    }

    /** Looks for rooms that have expired and participants who have fallen silent. */
    void sweep() {
        long now = now(); // also where there are no rooms: a ticker that leaves out standstill wants to be asked
        if (registry.isStopping()) {
            return;
        }
        book.forEach(room -> {
            KeptRoom.State state = room.state();
            if (state.isLively(now, settings.timeToLive().toNanos())) {
                return;
            }
            String code = state.room().code();
            if (isExpired(state, now)) {
                ifCertain(code, () -> {
                    if (isExpired(room.state(), now())) {
                        end(code);
                    } else {
                        registry.letGo(code); // others serve it, and nobody came here for as long as a room lives
                    }
                });
                return;
            }
            for (Occupant occupant : state.occupants()) {
                if (state.guest() != null && isOverdue(occupant, now)) {
                    ifCertain(
                            code, () -> fallSilent(room, occupant.participant().id()));
                }
            }
        });
    }

    /** Does {@code work} if others can be asked, once it is known here what they know. */
    private void ifCertain(String code, Runnable work) {
        if (!registry.isShared()) {
            work.run();
            return;
        }
        registry.refresh(code, null).thenAccept(freshness -> {
            if (freshness == Records.Freshness.FRESH) {
                work.run();
            }
        });
    }

    // --- silence ---

    /** Whether {@code occupant} should have been heard of by {@code now}. */
    static boolean isOverdue(Occupant occupant, long now) {
        return occupant.hearing().isSilent(now)
                && !occupant.participant().silent()
                && !occupant.participant().isAttached();
    }

    /** The participant {@code id} of {@code room} has fallen silent, if it still was not heard of when that is decided. */
    CompletionStage<Decision> fallSilent(KeptRoom room, String id) {
        return registry.commit(
                room.state().room().code(),
                Records.JUDGE,
                entry -> Room.fallSilent(entry, id, () -> isStillSilent(room, id)));
    }

    private boolean isStillSilent(KeptRoom room, String id) {
        Occupant occupant = room.state().find(id);
        return occupant != null && occupant.hearing().isSilent(now());
    }

    /** Whether a join that was asked for at {@code asked} may take the seat of {@code participant}. Asked under the registry's lock. */
    boolean givesWay(Room room, Participant participant, long asked) {
        KeptRoom kept = book.find(room.code());
        Occupant occupant = kept == null ? null : kept.state().find(participant.id());
        return !participant.isAttached()
                && occupant != null
                && occupant.hearing().givesWay(asked);
    }

    // --- the end of rooms ---

    /** Whether nobody in the room was heard of for as long as a room lives, by {@code now}. */
    boolean isExpired(KeptRoom.State state, long now) {
        long timeToLive = settings.timeToLive().toNanos();
        // Of nearly every room the host alone says no, which spares a poll what else there is to look at.
        return now - state.host().hearing().heardAt() >= timeToLive && now - state.heardAt(now) >= timeToLive;
    }

    /** Ends room {@code code} if it has expired, by now and when that is decided. */
    CompletionStage<Decision> endIfExpired(String code) {
        KeptRoom room = book.find(code);
        return room == null || !isExpired(room.state(), now())
                ? CompletableFuture.completedFuture(Decision.notFound())
                : end(code, room);
    }

    private void end(String code) {
        CompletionStage<Decision> unused = endIfExpired(code);
    }

    private CompletionStage<Decision> end(String code, KeptRoom room) {
        return registry.commit(
                code,
                Records.JUDGE,
                entry -> Room.end(entry, Fact.Ending.EXPIRED, () -> isExpired(room.state(), now())));
    }

    /** Has the room give way that was unheard of longest; whether there is a place then. */
    CompletionStage<Boolean> evictOne() {
        KeptRoom room = evictions.next(now());
        if (room == null) {
            return CompletableFuture.completedFuture(false);
        }
        String code = room.state().room().code();
        if (!registry.isShared()) {
            return evict(room).thenApply(decision -> isPlace());
        }
        return registry.refresh(code, null)
                .thenCompose(freshness -> freshness == Records.Freshness.FRESH
                        ? evict(room)
                        : CompletableFuture.completedFuture(Decision.notFound()))
                .thenApply(decision -> {
                    registry.letGo(code); // if others serve it
                    return isPlace();
                });
    }

    /** Whether there may be one more room. */
    boolean isPlace() {
        return book.size() < settings.maxRooms();
    }

    private CompletionStage<Decision> evict(KeptRoom room) {
        return registry.commit(
                room.state().room().code(),
                Records.JUDGE,
                entry -> Room.end(entry, Fact.Ending.EVICTED, () -> evictions.isDue(room.state(), now())));
    }

    private long now() {
        return ticker.getAsLong();
    }
}

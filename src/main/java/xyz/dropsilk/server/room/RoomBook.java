package xyz.dropsilk.server.room;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.Records;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/**
 * The rooms of this process by code, with the times that no rule knows. Changes are heard of under the registry's lock, before anybody is told of
 * them, so a poll that follows a message sees what it says. Looking up takes no lock.
 */
public final class RoomBook implements Records.Listener {
    private final RoomSettings settings;
    private final LongSupplier ticker;
    private final Map<String, KeptRoom> rooms = new ConcurrentHashMap<>();

    /** Rooms by the network of their creator. Written under the registry's lock; read on any thread, where a moment's delay does no harm. */
    private final Map<NetworkKey, Integer> byNetwork = new ConcurrentHashMap<>();

    /** No rooms; {@code ticker} counts nanoseconds in which the process runs. */
    public RoomBook(RoomSettings settings, LongSupplier ticker) {
        this.settings = settings;
        this.ticker = ticker;
    }

    @Override
    public void committed(@Nullable Entry before, @Nullable Entry after) {
        if (after instanceof Room room) {
            keep(before instanceof Room known ? known : null, room);
        } else if (before instanceof Room gone) {
            rooms.remove(gone.code());
            byNetwork.computeIfPresent(gone.creator(), (network, there) -> there == 1 ? null : there - 1);
        }
    }

    private void keep(@Nullable Room before, Room after) {
        long now = ticker.getAsLong();
        KeptRoom kept = before == null ? null : rooms.get(after.code());
        if (kept == null || before == null) {
            byNetwork.merge(after.creator(), 1, Integer::sum);
            rooms.put(after.code(), new KeptRoom(stateOf(after, null, now)));
            return;
        }
        KeptRoom.State was = kept.state();
        KeptRoom.State next = stateOf(after, was, now);
        restartClocks(was, next, now);
        kept.become(next);
    }

    private KeptRoom.State stateOf(Room room, KeptRoom.@Nullable State was, long now) {
        Participant guest = room.guest();
        return new KeptRoom.State(
                room,
                occupant(room.host(), was, now),
                guest == null ? null : occupant(guest, was, now),
                was == null ? now : leftAt(was, room, now),
                was != null && isReady(was.room()) ? was.readySince() : now);
    }

    private static boolean isReady(Room room) {
        Participant guest = room.guest();
        return guest != null && (room.host().ready() || guest.ready());
    }

    /** A room in which somebody was heard of lives on for those who stay, however long they were not. */
    private static long leftAt(KeptRoom.State was, Room room, long now) {
        Participant guest = was.room().guest();
        boolean allStay = room.find(was.room().host().id()) != null && (guest == null || room.find(guest.id()) != null);
        return allStay ? was.leftAt() : was.heardAt(now);
    }

    private Occupant occupant(Participant participant, KeptRoom.@Nullable State was, long now) {
        Occupant before = was == null ? null : was.find(participant.id());
        return new Occupant(
                participant, before == null ? new Hearing(settings.silence().toNanos(), now) : before.hearing());
    }

    /** Whoever loses the last socket was heard of until now; whoever comes, or comes back, is to see who sits there. */
    private static void restartClocks(KeptRoom.State was, KeptRoom.State next, long now) {
        for (Occupant occupant : next.occupants()) {
            Participant participant = occupant.participant();
            Participant before = was.room().find(participant.id());
            boolean comes = before == null || (before.silent() && !participant.silent());
            Occupant other = next.other(occupant);
            if (comes && other != null) {
                other.hearing().restart(now);
            }
            if (before != null && before.isAttached() && !participant.isAttached()) {
                occupant.hearing().detached(participant.lost(), now);
            }
        }
    }

    @Override
    public void heard(String code, Map<String, Duration> ages, boolean isNew) {
        KeptRoom kept = rooms.get(code);
        if (kept == null) {
            return;
        }
        long now = ticker.getAsLong();
        KeptRoom.State state = kept.state();
        for (Occupant occupant : state.occupants()) {
            Participant participant = occupant.participant();
            Duration age = ages.get(participant.id());
            if (age != null && isNew) {
                occupant.hearing().startAt(now - age.toNanos());
            } else if (age != null) {
                long at = now - age.toNanos();
                boolean isReady = Summary.isReady(state.room(), participant) && at - state.readySince() > 0;
                occupant.hearing().heardElsewhere(at, isReady);
            }
        }
    }

    @Nullable
    KeptRoom find(String code) {
        return rooms.get(code);
    }

    /** How many rooms there are. Any thread. */
    public int size() {
        return rooms.size();
    }

    /** How many of them were created from {@code network}. */
    int createdFrom(NetworkKey network) {
        return byNetwork.getOrDefault(network, 0);
    }

    /** Adds what rooms there are to {@code meters}. */
    public void addTo(Meters meters) {
        meters.gauges(
                Names.ROOMS,
                "Rooms now: waiting (one participant), full (two, not paired for transfer), paired.",
                "state",
                this::states);
    }

    private Map<String, Long> states() {
        Map<String, Long> states = new LinkedHashMap<>();
        for (String state : List.of("waiting", "full", "paired")) {
            states.put(state, 0L);
        }
        rooms.values().forEach(kept -> states.merge(stateOf(kept.state().room()), 1L, Long::sum));
        return states;
    }

    private static String stateOf(Room room) {
        Participant guest = room.guest();
        if (guest == null) {
            return "waiting";
        }
        return room.host().isAttachedForTransfer() && guest.isAttachedForTransfer() ? "paired" : "full";
    }

    /** Shows each room to {@code visitor}, which may change them. */
    void forEach(Consumer<KeptRoom> visitor) {
        rooms.values().forEach(visitor);
    }
}

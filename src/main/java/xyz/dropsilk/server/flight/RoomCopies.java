package xyz.dropsilk.server.flight;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/** The copies of shared rooms that this instance keeps: those that it served, for as long as a room lives after that. Guarded by the registry's lock. */
final class RoomCopies {
    /** Whoever served a room last tells its end before the copy is let go. */
    private static final long GRACE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String home;
    private final long livesNanos;
    private final Records.Listener listener;
    private final LongSupplier ticker;
    private final Map<String, RoomCopy> copies = new LinkedHashMap<>();
    private int rooms;
    private int flights;

    RoomCopies(Bus bus, Records.Listener listener, LongSupplier ticker) {
        this.home = bus.home();
        this.livesNanos = bus.roomLives().toNanos();
        this.listener = listener;
        this.ticker = ticker;
    }

    @Nullable
    RoomCopy get(String code) {
        return copies.get(code);
    }

    /** The copy of {@code code}, which knows nothing yet if there was none. */
    RoomCopy make(String code) {
        return copies.computeIfAbsent(code, made -> new RoomCopy(made, ticker.getAsLong()));
    }

    Collection<RoomCopy> all() {
        return List.copyOf(copies.values());
    }

    /** The copy is {@code next} from now on, in {@code version}; {@link RoomBook} hears of it. */
    @SuppressWarnings("ReferenceEquality") // rules return the very value where nothing changes
    void become(RoomCopy copy, @Nullable Entry next, String version) {
        Room before = copy.room;
        Room after = (Room) next;
        copy.version = version;
        if (before != after) {
            copy.room = after;
            rooms += (after == null ? 0 : 1) - (before == null ? 0 : 1);
            flights += flightsIn(after) - flightsIn(before);
            listener.committed(before, after);
        }
    }

    /** A room counts as a flight where its first transfer socket is. */
    private int flightsIn(@Nullable Room room) {
        if (room != null) {
            for (Participant participant : room.participants()) {
                String socket = participant.transferSocketId();
                if (socket != null) {
                    return isHere(socket) ? 1 : 0;
                }
            }
        }
        return 0;
    }

    /** Whether the socket is, or was, one of this instance. */
    boolean isHere(String socket) {
        return home.equals(Bus.homeOf(socket));
    }

    boolean hasSocketHere(Room room) {
        return room.participants().stream()
                .anyMatch(participant -> participant.socketIds().stream().anyMatch(this::isHere));
    }

    void forgetIfOver(RoomCopy copy) {
        if (copy.room == null && copy.told == null && !copy.isAlone()) {
            copies.remove(copy.code, copy);
        }
    }

    /** Lets go of a room that is nobody's here. */
    void letGo(RoomCopy copy) {
        if (copy.told == null && !copy.isAlone() && !copy.puttingBack) {
            become(copy, null, copy.version);
            copies.remove(copy.code, copy);
        }
    }

    /** Lets go of rooms that were served elsewhere for as long as a room lives. */
    void letGoUnserved() {
        long now = ticker.getAsLong();
        for (RoomCopy copy : all()) {
            if (now - copy.servedAt > livesNanos + GRACE_NANOS) {
                letGo(copy);
            }
        }
    }

    static void addHomes(@Nullable Entry entry, Set<String> homes) {
        if (entry instanceof Room room) {
            for (Participant participant : room.participants()) {
                participant.socketIds().forEach(id -> homes.add(Bus.homeOf(id)));
            }
        }
    }

    Records.Counts counts() {
        return new Records.Counts(flights, rooms);
    }

    void forEach(Consumer<Entry> visitor) {
        all().forEach(copy -> {
            if (copy.room != null) {
                visitor.accept(copy.room);
            }
        });
    }
}

package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.EntryJson;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/** What the records of shared rooms are asked, and what is learned from them. Guarded by the registry's lock. */
final class RoomReading {
    /** Whoever was served here so long ago may long be served by somebody else, who knows better. */
    private static final long SERVED_NANOS = TimeUnit.SECONDS.toNanos(150);

    /** Asked by nobody who waits. */
    private static final String NOBODY = "";

    private final Bus bus;
    private final RoomCopies copies;
    private final Records.Listener listener;
    private final LongSupplier ticker;

    /** Does what follows from what was learned. */
    private final Consumer<RoomCopy> learned;

    /** Requests that wait for what a record says, by what they ask with, oldest first. */
    private final Map<String, Refresh> refreshes = new LinkedHashMap<>();

    /** Since when this instance has been together with the others without a break: ticker nanoseconds. */
    private long together;

    private long asked;

    private record Refresh(String code, @Nullable String participant, Consumer<Records.Freshness> then, long since) {}

    RoomReading(
            Bus bus, RoomCopies copies, Records.Listener listener, LongSupplier ticker, Consumer<RoomCopy> learned) {
        this.bus = bus;
        this.copies = copies;
        this.listener = listener;
        this.ticker = ticker;
        this.learned = learned;
    }

    // --- asking ---

    /** Asks what the room is now, for somebody who waits, but not for ever. */
    void ask(String code, @Nullable String participant, Consumer<Records.Freshness> then) {
        String id = Long.toString(++asked, Character.MAX_RADIX);
        refreshes.put(id, new Refresh(code, participant, then, ticker.getAsLong()));
        RoomCopy copy = copies.get(code);
        bus.hear(id, code, participant == null ? List.of() : List.of(participant), copy == null ? "" : copy.version);
    }

    /** The others can be asked again: what they may have forgotten is looked at. */
    void back() {
        together = ticker.getAsLong();
        for (RoomCopy copy : copies.all()) {
            Room room = copy.room;
            boolean isServed = together - copy.servedAt < SERVED_NANOS;
            boolean waits = room != null && room.guest() == null; // for somebody who has the code, perhaps for long
            if (copy.told != null || copy.isAlone()) {
                bus.check(copy.code);
            } else if (room != null && (isServed || waits)) {
                bus.hear(NOBODY, copy.code, List.of(), copy.version);
            }
        }
    }

    /** Says that those with a socket here are heard of, and looks whether all that sockets here should know was told them. */
    void hearAttached() {
        for (RoomCopy copy : copies.all()) {
            Room told = copy.told;
            if (told == null || copy.isAlone()) {
                continue;
            }
            boolean lags = copy.isUntold(copy.version);
            if (lags && copy.lags) {
                bus.check(copy.code);
            }
            copy.lags = lags;
            List<String> attached = told.participants().stream()
                    .filter(participant -> participant.socketIds().stream().anyMatch(copies::isHere))
                    .map(Participant::id)
                    .toList();
            bus.hear(NOBODY, copy.code, attached, copy.version);
        }
    }

    // --- answers ---

    /** Answers {@link Bus#hear}. The copy that the engine has forgotten, and should not have; null for none. */
    @Nullable
    RoomCopy heard(
            String id,
            String code,
            String version,
            boolean isSame,
            @Nullable Entry entry,
            Map<String, Duration> ages,
            boolean rebuilding) {
        RoomCopy copy = copies.get(code);
        if (isSame && copy == null && refreshes.containsKey(id)) {
            bus.hear(id, code, List.of(), ""); // it was let go of meanwhile
            return null;
        }
        Refresh refresh = refreshes.remove(id);
        learn(code, version, isSame && copy != null ? copy.room : entry, ages);
        RoomCopy forgotten = isForgotten(copy, version) && isMember(copy, refresh) ? copy : null;
        if (refresh != null) {
            if (rebuilding) {
                giveUp(refresh); // somebody else may know more, and has not put it back yet
            } else {
                refresh.then.accept(Records.Freshness.FRESH);
            }
        }
        return forgotten;
    }

    private static boolean isForgotten(@Nullable RoomCopy copy, String version) {
        return copy != null && copy.room != null && !copy.isAlone() && copy.isForgotten(version);
    }

    /** A participant that is served by a copy is proof that the room lives; somebody who tries a code is not. */
    private static boolean isMember(@Nullable RoomCopy copy, @Nullable Refresh refresh) {
        if (refresh == null) {
            return true;
        }
        Room room = copy == null ? null : copy.room;
        return room != null && refresh.participant != null && room.find(refresh.participant) != null;
    }

    /** {@link Bus#hear} can't be answered. */
    void unheard(String id) {
        Refresh refresh = refreshes.remove(id);
        if (refresh != null) {
            giveUp(refresh);
        }
    }

    private void giveUp(Refresh refresh) {
        RoomCopy copy = copies.get(refresh.code);
        refresh.then.accept(copy != null && copy.room != null ? Records.Freshness.COPY : Records.Freshness.UNKNOWN);
    }

    /** Nobody can be asked: all who wait are answered. */
    void giveUpAll() {
        List<Refresh> waiting = List.copyOf(refreshes.values());
        refreshes.clear();
        waiting.forEach(this::giveUp);
    }

    /** Whoever waits too long is answered. */
    void hurry() {
        long now = ticker.getAsLong();
        while (true) {
            Iterator<Map.Entry<String, Refresh>> oldest = refreshes.entrySet().iterator();
            if (!oldest.hasNext()) {
                return;
            }
            Map.Entry<String, Refresh> first = oldest.next();
            if (now - first.getValue().since < Proposals.PATIENCE_NANOS) {
                return;
            }
            unheard(first.getKey());
        }
    }

    /** The record of {@code code} says {@code entry}, in {@code version}; what is known better here stays. */
    void learn(String code, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        RoomCopy copy = copies.get(code);
        if (copy != null && copy.isAlone()) {
            listener.heard(code, sinceTogether(ages), /* isNew= */ false);
            return;
        }
        if (copy == null && !(entry instanceof Room)) {
            return;
        }
        if (copy == null) {
            copy = copies.make(code);
        } else if (copy.isForgotten(version)) {
            return;
        }
        boolean isNew = copy.room == null;
        if (isNew || !copy.version.equals(version)) {
            Entry next = entry instanceof Room ? EntryJson.recognizing(entry, copy.room) : null;
            copies.become(copy, next, version);
        }
        if (copy.room != null) {
            listener.heard(code, sinceTogether(ages), isNew);
        }
        learned.accept(copy);
        copies.forgetIfOver(copy);
    }

    /** Time in which nobody could be heard of counts for no clock. */
    private Map<String, Duration> sinceTogether(Map<String, Duration> ages) {
        Duration most = Duration.ofNanos(Math.max(0, ticker.getAsLong() - together));
        Map<String, Duration> counted = new HashMap<>();
        ages.forEach((id, age) -> counted.put(id, age.compareTo(most) > 0 ? most : age));
        return counted;
    }
}

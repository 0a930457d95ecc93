package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.EntryJson;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.rules.Rule;

/**
 * Rooms that several instances share, as this one knows them: copies of those that it served. Guarded by the registry's lock.
 *
 * <p>A copy is as new as the last request or letter. What sockets here were told of a room is kept beside it, since they are told by letters alone.
 *
 * <p><b>While the others are away</b> a room goes on from its copy. What is decided so is remembered as rules, which are asked again of the record
 * afterwards, whatever that has become.
 */
final class SharedRooms implements Records, Proposals.Decider {
    /** What may be decided on one room without the others. */
    private static final int MOST_ALONE = 128;

    /** Whoever was served here so long ago may long be served by somebody else, who knows better. */
    private static final long SERVED_NANOS = TimeUnit.SECONDS.toNanos(150);

    private final Bus bus;
    private final Recipient recipient;
    private final Listener listener;
    private final Proposals proposals;
    private final LongSupplier ticker;
    private final Map<String, Copy> copies = new LinkedHashMap<>();

    /** Requests that wait for what a record says, by what they ask with. */
    private final Map<String, Refresh> refreshes = new LinkedHashMap<>();

    /** Instances that are no more as far as this one can tell, and how they ended. */
    private final Map<String, RoomSockets.End> gone = new HashMap<>();

    private Instant at = Instant.EPOCH;
    private boolean away = true;

    /** Whether the engine has just lost its memory: by and by all copies are put back. */
    private boolean rebuilding;

    private boolean stopping;

    /** Since when this instance has been together with the others without a break: ticker nanoseconds. */
    private long together;

    private long asked;
    private int rooms;
    private int flights;

    /** A room as this instance knows it. */
    private static final class Copy {
        final String code;

        /** Null where it is no more. */
        @Nullable
        Room room;

        /** Of the record that it was made from; empty for none. */
        String version = "";

        /** What the sockets here know; null where there is none. */
        @Nullable
        Room told;

        String toldVersion = "";

        /** What was decided without the others, in order. */
        final Deque<Rule> alone = new ArrayDeque<>(0);

        /** What is under way of it to the others; null for nothing. */
        @Nullable
        Replay replay;

        /** When a request for it was answered here: ticker nanoseconds. */
        long servedAt;

        boolean puttingBack;
        boolean losing;

        Copy(String code) {
            this.code = code;
        }

        boolean isAlone() {
            return !alone.isEmpty();
        }
    }

    private record Refresh(String code, @Nullable String participant, Consumer<Freshness> then, long since) {}

    SharedRooms(Bus bus, Recipient recipient, Listener listener, Proposals proposals, LongSupplier ticker) {
        this.bus = bus;
        this.recipient = recipient;
        this.listener = listener;
        this.proposals = proposals;
        this.ticker = ticker;
    }

    /** What is told until the next call was read at {@code now}. */
    void at(Instant now) {
        at = now;
    }

    /** From now on this process changes no room. */
    void stopping() {
        stopping = true;
    }

    /** While {@code now}, what is not known here may be known to somebody who has not put it back yet. */
    void rebuilding(boolean now) {
        rebuilding = now;
    }

    // --- deciding ---

    @Override
    public void commit(String code, @Nullable String asker, Rule rule, Consumer<Decision> decided) {
        if (rebuilding && !away && asker != null) {
            decided.accept(Decision.refused(Decision.Verdict.AWAY));
        } else {
            proposals.commit(code, asker, rule, decided, this);
        }
    }

    @Override
    public Proposals.Known known(String code) {
        Copy copy = copies.get(code);
        return copy == null || copy.isAlone() ? Proposals.Known.NOTHING : new Proposals.Known(copy.room, copy.version);
    }

    @Override
    public long newest(String code) {
        Copy copy = copies.get(code);
        return copy == null ? 0 : Math.max(Proposals.numberOf(copy.version), Proposals.numberOf(copy.toldVersion));
    }

    /** An engine that knows nothing of a room, or less than this instance, has lost it: an end leaves a trace. */
    @Override
    public @Nullable Entry believed(String code, String version, @Nullable Entry read) {
        Copy copy = copies.get(code);
        if (copy == null || copy.room == null) {
            return read;
        }
        if (isForgotten(copy, version)) {
            return copy.isAlone() ? null : copy.room;
        }
        if (read == null && copy.replay != null) {
            copy.replay.isOver = true;
        }
        return read == null ? null : EntryJson.recognizing(read, copy.room);
    }

    private static boolean isForgotten(Copy copy, String version) {
        return Proposals.numberOf(version) < Proposals.numberOf(copy.version) || version.isEmpty();
    }

    @Override
    public boolean needsReading() {
        return true; // when participants were last heard of is read with the record
    }

    @Override
    public void addHomes(@Nullable Entry entry, Set<String> homes) {
        if (entry instanceof Room room) {
            for (Participant participant : room.participants()) {
                participant.socketIds().forEach(id -> homes.add(Bus.homeOf(id)));
            }
        }
    }

    // --- what is read ---

    @Override
    public void refresh(String code, @Nullable String participant, Consumer<Freshness> then) {
        Copy copy = copies.get(code);
        if (copy != null && participant != null) {
            copy.servedAt = ticker.getAsLong();
        }
        if (away || (copy != null && copy.isAlone())) {
            then.accept(copy != null && copy.room != null ? Freshness.COPY : Freshness.UNKNOWN);
            return;
        }
        String id = Long.toString(++asked, Character.MAX_RADIX);
        refreshes.put(id, new Refresh(code, participant, then, ticker.getAsLong()));
        bus.hear(id, code, participant == null ? List.of() : List.of(participant), copy == null ? "" : copy.version);
    }

    /**
     * Answers {@link Bus#hear}.
     *
     * @param isSame whether the version is the one that was named
     * @param ages how long ago each participant was last heard of
     */
    void heard(
            String id, String code, String version, boolean isSame, @Nullable Entry entry, Map<String, Duration> ages) {
        Copy copy = copies.get(code);
        if (isSame && copy == null && refreshes.containsKey(id)) {
            bus.hear(id, code, List.of(), ""); // it was let go of meanwhile
            return;
        }
        Refresh refresh = refreshes.remove(id);
        learn(code, version, isSame && copy != null ? copy.room : entry, ages);
        boolean isMember = refresh == null || refresh.participant != null;
        if (copy != null && copy.room != null && isForgotten(copy, version) && !copy.isAlone() && isMember) {
            putBack(copy, version, entry);
        }
        if (refresh != null) {
            boolean isKnown = copies.containsKey(code) || !rebuilding;
            refresh.then.accept(isKnown ? Freshness.FRESH : Freshness.UNKNOWN);
        }
    }

    /** {@link Bus#hear} can't be answered. */
    void unheard(String id) {
        Refresh refresh = refreshes.remove(id);
        if (refresh != null) {
            giveUp(refresh);
        }
    }

    private void giveUp(Refresh refresh) {
        Copy copy = copies.get(refresh.code);
        refresh.then.accept(copy != null && copy.room != null ? Freshness.COPY : Freshness.UNKNOWN);
    }

    /** The record of {@code code} says {@code entry}, in {@code version}; what is known better here stays. */
    void learn(String code, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        Copy copy = copies.get(code);
        if (stopping || (copy != null && copy.isAlone())) {
            return;
        }
        if (copy == null) {
            if (entry instanceof Room) {
                copy = new Copy(code);
                copies.put(code, copy);
            } else {
                return;
            }
        } else if (isForgotten(copy, version)) {
            return;
        }
        boolean isNew = copy.room == null;
        if (isNew || !copy.version.equals(version)) {
            become(copy, entry instanceof Room ? EntryJson.recognizing(entry, copy.room) : null, version);
        }
        if (copy.room != null) {
            listener.heard(code, sinceTogether(ages), isNew);
        }
        if (isNew) {
            detachThoseGone(copy);
        }
        loseGone(copy);
        forgetIfOver(copy);
    }

    /** Time in which nobody could be heard of counts for no clock. */
    private Map<String, Duration> sinceTogether(Map<String, Duration> ages) {
        Duration most = Duration.ofNanos(Math.max(0, ticker.getAsLong() - together));
        Map<String, Duration> counted = new HashMap<>();
        ages.forEach((id, age) -> counted.put(id, age.compareTo(most) > 0 ? most : age));
        return counted;
    }

    @SuppressWarnings("ReferenceEquality") // rules return the very value where nothing changes
    private void become(Copy copy, @Nullable Entry next, String version) {
        Room before = copy.room;
        Room after = (Room) next;
        copy.version = version;
        if (before == after) {
            return;
        }
        copy.room = after;
        rooms += (after == null ? 0 : 1) - (before == null ? 0 : 1);
        flights += counts(after) - counts(before);
        listener.committed(before, after);
    }

    /** A room counts as a flight where its first transfer socket is. */
    private int counts(@Nullable Room room) {
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

    private boolean isHere(String socket) {
        return bus.home().equals(Bus.homeOf(socket));
    }

    private void forgetIfOver(Copy copy) {
        if (copy.room == null && copy.told == null && !copy.isAlone()) {
            copies.remove(copy.code);
        }
    }

    // --- what comes true ---

    /** As {@link SharedFlights#committed}. */
    void committed(
            Proposals.@Nullable Pending own,
            String code,
            String base,
            String version,
            @Nullable Entry entry,
            List<Delivery> deliveries) {
        Decision proposed = own == null ? null : own.proposed;
        Copy copy = copies.get(code);
        if (copy != null && copy.isAlone()) {
            if (own != null && own.rule instanceof Replay replay && proposed != null) {
                replayed(copy, replay, proposed.next(), version);
            } // else it is looked at again when what was decided here comes to the others
        } else {
            Entry next = proposed != null ? proposed.next() : entry;
            apply(code, base, version, next, proposed != null ? proposed.deliveries() : deliveries);
        }
        if (own != null && proposed != null && !own.abandoned) {
            own.decided.accept(proposed);
        }
    }

    private void apply(String code, String base, String version, @Nullable Entry next, List<Delivery> deliveries) {
        Copy copy = copies.computeIfAbsent(code, Copy::new);
        Entry known = next == null ? null : EntryJson.recognizing(next, copy.room);
        boolean isNext = copy.told == null || copy.toldVersion.equals(base);
        boolean isNewer = Proposals.numberOf(version) > Proposals.numberOf(copy.toldVersion);
        if (Proposals.numberOf(version) > Proposals.numberOf(copy.version)) {
            become(copy, known, version);
        }
        if (isNext) {
            tell(copy, known, version, deliveries);
        } else if (isNewer) {
            tell(copy, known, version, missed(copy, known));
        }
        loseGone(copy);
        forgetIfOver(copy);
    }

    private List<Delivery> missed(Copy copy, @Nullable Entry next) {
        return RoomSockets.missed(copy.told, (Room) next, this::isHere);
    }

    private void tell(Copy copy, @Nullable Entry next, String version, List<Delivery> deliveries) {
        copy.told = next instanceof Room room && hasSocketHere(room) ? room : null;
        copy.toldVersion = copy.told == null ? "" : version;
        deliver(copy.code, deliveries);
    }

    private boolean hasSocketHere(Room room) {
        return room.participants().stream()
                .anyMatch(participant -> participant.socketIds().stream().anyMatch(this::isHere));
    }

    /** Nothing is delivered to a socket that is gone, or takes part in something else by now. */
    private void deliver(String code, List<Delivery> deliveries) {
        recipient.deliver(deliveries.stream()
                .filter(delivery -> isHere(delivery.to()))
                .filter(delivery -> comes(delivery)
                        ? recipient.isFreeFor(delivery.to(), code)
                        : recipient.isIn(delivery.to(), code))
                .toList());
    }

    private static boolean comes(Delivery delivery) {
        return delivery instanceof Delivery.Attached || delivery instanceof Delivery.Paired;
    }

    // --- sockets that are no more ---

    /** A record that this instance had forgotten may name sockets of it that are gone. */
    private void detachThoseGone(Copy copy) {
        if (copy.room == null || proposals.isBusyWith(copy.code)) {
            return;
        }
        boolean names = copy.room.participants().stream()
                .anyMatch(each -> each.socketIds().stream().anyMatch(id -> isHereNoMore(id, copy.code)));
        if (names) {
            Instant now = at;
            commit(
                    copy.code,
                    JUDGE,
                    entry -> RoomSockets.lose(entry, id -> isHereNoMore(id, copy.code), RoomSockets.End.LOST, now),
                    decision -> {});
        }
    }

    private boolean isHereNoMore(String socket, String code) {
        return isHere(socket) && !recipient.isIn(socket, code);
    }

    /** The instance {@code home} is no more. */
    void died(String home, boolean stopped) {
        gone.put(home, stopped ? RoomSockets.End.STOPPED : RoomSockets.End.LOST);
        List.copyOf(copies.values()).forEach(this::loseGone);
    }

    /** It lives after all. */
    void lives(String home) {
        gone.remove(home);
    }

    /** Sockets of instances that are no more are lost, if any; what a stop closed is nobody's fault. */
    private void loseGone(Copy copy) {
        if (gone.isEmpty() || copy.room == null || copy.losing || stopping || away) {
            return;
        }
        Set<String> homes = new HashSet<>();
        addHomes(copy.room, homes);
        homes.retainAll(gone.keySet());
        Instant now = at;
        for (String home : homes) {
            copy.losing = true;
            RoomSockets.End end = gone.getOrDefault(home, RoomSockets.End.LOST);
            commit(
                    copy.code,
                    JUDGE,
                    entry -> RoomSockets.lose(entry, id -> Bus.homeOf(id).equals(home), end, now),
                    decision -> copy.losing = false);
        }
    }

    /** Adds the instances that take part in rooms of this one. */
    void addPartners(Set<String> homes) {
        copies.values().forEach(copy -> addHomes(copy.room, homes));
    }

    // --- alone ---

    /** The others can't be reached. */
    void away() {
        away = true;
        List<Refresh> waiting = List.copyOf(refreshes.values());
        refreshes.clear();
        waiting.forEach(this::giveUp);
    }

    @Override
    public boolean mayDecideAlone(Proposals.Pending asked) {
        Copy copy = copies.get(asked.code);
        return (away || (copy != null && copy.isAlone())) && isOurs(asked);
    }

    /** A room that was served here goes on; a new one may begin. */
    @Override
    public boolean isOurs(Proposals.Pending asked) {
        if (JUDGE.equals(asked.asker)) {
            return false;
        }
        Copy copy = copies.get(asked.code);
        if (copy != null && copy.room != null) {
            return !(asked.rule instanceof Replay);
        }
        return asked.asker != null && asked.rule.decide(null).isDone();
    }

    @Override
    public void decideAlone(Proposals.Pending asked) {
        Copy copy = copies.computeIfAbsent(asked.code, Copy::new);
        Decision decision = asked.rule.decide(copy.room);
        if (decision.verdict() == Decision.Verdict.FULL || copy.alone.size() >= MOST_ALONE) {
            decision = Decision.refused(Decision.Verdict.AWAY); // only the others could tell
        }
        if (decision.isDone() && Proposals.changes(decision, copy.room)) {
            copy.alone.addLast(asked.rule);
            become(copy, decision.next(), copy.version);
            tell(copy, decision.next(), copy.version, decision.deliveries());
        }
        forgetIfOver(copy);
        asked.decided.accept(decision);
    }

    @Override
    public void gaveUp(Proposals.Pending asked) {
        if (isOurs(asked)) {
            decideAlone(asked);
        } else {
            asked.decided.accept(Decision.refused(Decision.Verdict.AWAY));
        }
    }

    // --- together again ---

    /** The others can be asked, and this instance has read all that it was told. */
    void back() {
        away = false;
        together = ticker.getAsLong();
        for (Copy copy : copies.values()) {
            copy.replay = null;
            copy.puttingBack = false;
            copy.losing = false;
        }
        checkAll();
    }

    /** Looks at each room with a socket here, and at those that were served here lately. */
    void checkAll() {
        long now = ticker.getAsLong();
        for (Copy copy : copies.values()) {
            if (copy.told != null || copy.isAlone() || now - copy.servedAt < SERVED_NANOS) {
                bus.check(copy.code);
            }
        }
    }

    /** Looks again at what was decided alone and is not known to all yet. */
    void checkThoseAlone() {
        copies.values().stream().filter(Copy::isAlone).map(copy -> copy.code).forEach(bus::check);
    }

    /** Says that those with a socket here are heard of. */
    void hearAttached() {
        if (away || stopping) {
            return;
        }
        for (Copy copy : copies.values()) {
            Room told = copy.told;
            if (told != null && !copy.isAlone()) {
                List<String> attached = told.participants().stream()
                        .filter(participant -> participant.socketIds().stream().anyMatch(this::isHere))
                        .map(Participant::id)
                        .toList();
                bus.hear("", copy.code, attached, copy.version);
            }
        }
    }

    /** What lives under {@code code} is {@code entry}, in {@code version}: it is made to agree with what this instance knows. */
    void checked(String code, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        Copy copy = copies.get(code);
        if (copy == null || away || stopping) {
            return;
        }
        if (copy.isAlone()) {
            replay(copy);
        } else if (copy.room != null && isForgotten(copy, version)) {
            putBack(copy, version, entry);
        } else {
            learn(code, version, entry, ages);
            if (copy.told != null && Proposals.numberOf(version) > Proposals.numberOf(copy.toldVersion)) {
                tell(copy, copy.room, version, missed(copy, copy.room));
            }
            if (copy.room != null) {
                detachThoseGone(copy);
            }
            forgetIfOver(copy);
        }
    }

    /** What was decided here, in order, decided again on what the record says now; what does not hold there any more is left out. */
    private static final class Replay implements Rule {
        private final @Nullable Room mine;
        private final List<Rule> rules;

        /** What it was decided on last. */
        @Nullable
        Entry found;

        /** Whether the others know that the room has ended. */
        boolean isOver;

        Replay(@Nullable Room mine, List<Rule> rules) {
            this.mine = mine;
            this.rules = rules;
        }

        @Override
        public Decision decide(@Nullable Entry now) {
            found = now;
            if (!(now instanceof Room)) {
                return mine == null || isOver ? Decision.notFound() : Room.putBack(mine);
            }
            List<Delivery> deliveries = new ArrayList<>();
            Entry next = now;
            for (Rule rule : rules) {
                Decision decision = rule.decide(next);
                if (decision.isDone()) {
                    next = decision.next();
                    deliveries.addAll(decision.deliveries());
                }
            }
            return new Decision(Decision.Verdict.DONE, next, deliveries, List.of());
        }
    }

    private void replay(Copy copy) {
        if (copy.replay != null) {
            return;
        }
        Replay replay = new Replay(copy.room, List.copyOf(copy.alone));
        copy.replay = replay;
        proposals.commitOnRecord(
                copy.code,
                replay,
                decision -> {
                    if (!decision.isDone() || !Proposals.changes(decision, replay.found)) {
                        replayed(copy, replay, replay.found, "");
                    }
                },
                this);
    }

    /** The record says {@code next}, in {@code version}, now that what was decided here is decided again; an empty version is to be read. */
    private void replayed(Copy copy, Replay replay, @Nullable Entry next, String version) {
        copy.replay = null;
        for (int i = 0; i < replay.rules.size(); i++) {
            copy.alone.pollFirst();
        }
        if (!version.isEmpty()) {
            copy.version = version;
        }
        if (copy.isAlone()) {
            replay(copy); // decided since
            return;
        }
        Entry known = next == null ? null : EntryJson.recognizing(next, copy.room);
        List<Delivery> missed = missed(copy, known);
        become(copy, known, copy.version);
        tell(copy, known, copy.version, missed);
        bus.check(copy.code);
        forgetIfOver(copy);
    }

    /** Puts back what the others have forgotten, if the record still is {@code entry}, in {@code version}; else looks again. */
    private void putBack(Copy copy, String version, @Nullable Entry entry) {
        Room mine = copy.room;
        if (mine == null || copy.puttingBack || stopping) {
            return;
        }
        copy.puttingBack = true;
        proposals.commitIf(
                copy.code,
                entry,
                version,
                Room.putBack(mine),
                isDone -> {
                    copy.puttingBack = false;
                    if (!isDone) {
                        bus.check(copy.code);
                    }
                },
                this);
    }

    /** Lets go of a room that is served elsewhere. */
    void letGo(String code) {
        Copy copy = copies.get(code);
        if (copy != null && copy.told == null && !copy.isAlone() && !copy.puttingBack) {
            become(copy, null, copy.version);
            copies.remove(code);
        }
    }

    /** Whoever waits too long is answered. */
    void hurry() {
        long now = ticker.getAsLong();
        for (Map.Entry<String, Refresh> each : List.copyOf(refreshes.entrySet())) {
            if (now - each.getValue().since >= Proposals.PATIENCE_NANOS) {
                unheard(each.getKey());
            }
        }
    }

    // --- looking ---

    /** Whether this instance knows of a room under {@code code}. */
    boolean holds(String code) {
        return copies.containsKey(code);
    }

    @Override
    public @Nullable Entry find(String code) {
        Copy copy = copies.get(code);
        return copy == null ? null : copy.room;
    }

    @Override
    public Counts counts() {
        return new Counts(flights, rooms);
    }

    @Override
    public void forEach(Consumer<Entry> visitor) {
        copies.values().forEach(copy -> {
            if (copy.room != null) {
                visitor.accept(copy.room);
            }
        });
    }
}

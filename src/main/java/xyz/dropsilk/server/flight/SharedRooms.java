package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.EntryJson;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.Rule;

/**
 * Rooms that several instances share, as this one knows them: copies of those that it served. Guarded by the registry's lock.
 *
 * <p>A copy is as new as the last request or letter. While the others are away a room goes on from its copy; see {@link RoomsAlone}.
 */
final class SharedRooms implements Records, Proposals.Decider {
    private static final int HURRIES_A_SECOND = 10;

    private final Bus bus;
    private final Proposals proposals;
    private final LongSupplier ticker;
    private final RoomCopies copies;
    private final RoomDeliveries deliveries;
    private final RoomReading reading;
    private final RoomsAlone alone;
    private final LostSockets lost;
    private Instant at = Instant.EPOCH;
    private boolean away = true;

    /** Whether the engine has just lost its memory: by and by all copies are put back. */
    private boolean rebuilding;

    private boolean stopping;
    private int hurries;

    SharedRooms(Bus bus, Recipient recipient, Listener listener, Proposals proposals, LongSupplier ticker) {
        this.bus = bus;
        this.proposals = proposals;
        this.ticker = ticker;
        this.copies = new RoomCopies(bus, listener, ticker);
        this.deliveries = new RoomDeliveries(copies, recipient);
        this.reading = new RoomReading(bus, copies, listener, ticker, this::lose);
        this.alone = new RoomsAlone(copies, deliveries, proposals, this, bus, this::at);
        this.lost = new LostSockets(this, deliveries, proposals);
    }

    /** What is told until the next call was read at {@code now}. */
    void at(Instant now) {
        at = now;
    }

    Instant at() {
        return at;
    }

    /** From now on this process changes no room. */
    void stopping() {
        stopping = true;
    }

    /** While {@code now}, what is not known here may be known to somebody who has not put it back yet. */
    void rebuilding(boolean now) {
        boolean isOver = rebuilding && !now;
        rebuilding = now;
        if (isOver) {
            copies.all().forEach(this::lose); // nobody was judged meanwhile
        }
    }

    // --- deciding ---

    @Override
    public void commit(String code, @Nullable String asker, Rule rule, Consumer<Decision> decided) {
        boolean isTooEarly = rebuilding && !away && asker != null;
        if (isTooEarly || (stopping && JUDGE.equals(asker))) {
            decided.accept(Decision.refused(Decision.Verdict.AWAY));
        } else {
            proposals.commit(code, asker, rule, decided, this);
        }
    }

    @Override
    public Proposals.Known known(String code) {
        RoomCopy copy = copies.get(code);
        return copy == null || copy.isAlone() ? Proposals.Known.NOTHING : new Proposals.Known(copy.room, copy.version);
    }

    /** What was decided alone is no newer where an engine has lost what it was decided on: whoever knows more puts that back over it. */
    @Override
    public long number(Proposals.Pending asked, String expected) {
        RoomCopy copy = copies.get(asked.code);
        long newest =
                copy == null ? 0 : Math.max(Proposals.numberOf(copy.version), Proposals.numberOf(copy.toldVersion));
        boolean putsBack = asked.rule instanceof RoomsAlone.Replay && Proposals.numberOf(expected) < newest;
        return putsBack ? newest : 1 + Math.max(newest, Proposals.numberOf(expected));
    }

    /** An engine that knows nothing of a room, or less than this instance, has lost it. */
    @Override
    public @Nullable Entry believed(String code, String version, @Nullable Entry read) {
        RoomCopy copy = copies.get(code);
        if (copy == null) {
            return read;
        }
        boolean isForgotten = copy.isForgotten(version);
        if (copy.replay != null) {
            copy.replay.on(version, /* over= */ read == null && !isForgotten);
        }
        if (isForgotten && copy.room != null) {
            return copy.isAlone() ? null : copy.room;
        }
        return read == null ? null : EntryJson.recognizing(read, copy.room);
    }

    @Override
    public boolean needsReading() {
        return true; // when participants were last heard of is read with the record
    }

    @Override
    public boolean mayComeBack() {
        return false; // nobody's request comes so far then
    }

    /** Whoever had a socket on an instance that is no more may come back. */
    @Override
    public boolean requiresPartner() {
        return false;
    }

    @Override
    public void addHomes(@Nullable Entry entry, Set<String> homes) {
        RoomCopies.addHomes(entry, homes);
    }

    @Override
    public boolean isOurs(Proposals.Pending asked) {
        return alone.isOurs(asked);
    }

    @Override
    public boolean mayDecideAlone(Proposals.Pending asked) {
        RoomCopy copy = copies.get(asked.code);
        return (away || (copy != null && copy.isAlone())) && isOurs(asked);
    }

    @Override
    public void decideAlone(Proposals.Pending asked) {
        alone.decide(asked);
    }

    @Override
    public void gaveUp(Proposals.Pending asked) {
        asked.decided.accept(Decision.refused(Decision.Verdict.AWAY));
    }

    // --- what is read ---

    @Override
    public void refresh(String code, @Nullable String participant, Consumer<Freshness> then) {
        RoomCopy copy = copies.get(code);
        if (copy != null && participant != null) {
            copy.servedAt = ticker.getAsLong();
        }
        if (away || (copy != null && copy.isAlone())) {
            then.accept(copy != null && copy.room != null ? Freshness.COPY : Freshness.UNKNOWN);
        } else {
            reading.ask(code, participant, then);
        }
    }

    /**
     * Answers {@link Bus#hear}.
     *
     * @param isSame whether the version is the one that was named
     * @param ages how long ago each participant was last heard of
     */
    void heard(
            String id, String code, String version, boolean isSame, @Nullable Entry entry, Map<String, Duration> ages) {
        RoomCopy forgotten = reading.heard(id, code, version, isSame, entry, ages, rebuilding);
        if (forgotten != null && version.isEmpty()) {
            putBack(forgotten, version, entry);
        } else if (forgotten != null) {
            bus.check(code); // unless a letter was faster than this answer
        }
    }

    /** {@link Bus#hear} can't be answered. */
    void unheard(String id) {
        reading.unheard(id);
    }

    /** As {@link RoomReading#learn}. */
    void learn(String code, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        reading.learn(code, version, entry, ages);
    }

    private void loseOwn(String code) {
        RoomCopy copy = copies.get(code);
        if (copy != null && !stopping && !away) {
            lost.loseOwn(copy);
        }
    }

    private void lose(RoomCopy copy) {
        if (!stopping && !away) {
            lost.loseGone(copy);
            lost.loseOwn(copy);
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
            List<Delivery> told) {
        Decision proposed = own == null ? null : own.proposed;
        RoomCopy copy = copies.get(code);
        if (copy != null && copy.isAlone()) {
            if (own != null && own.rule instanceof RoomsAlone.Replay replay && proposed != null) {
                alone.replayed(copy, replay, proposed.next(), version);
            } // else it is looked at again when what was decided here comes to the others
        } else if (own != null && proposed != null) {
            apply(code, base, version, proposed.next(), own.abandoned ? null : proposed.deliveries());
        } else {
            apply(code, base, version, entry, told);
            loseOwn(code); // others may know a socket that was lost while they could not be told
        }
        if (own != null && proposed != null && !own.abandoned) {
            own.decided.accept(proposed);
        }
    }

    /** {@code told} is null where it was decided without the others as well, so that sockets know some of it. */
    private void apply(String code, String base, String version, @Nullable Entry next, @Nullable List<Delivery> told) {
        RoomCopy copy = copies.make(code);
        Entry known = next == null ? null : EntryJson.recognizing(next, copy.room);
        boolean isNext = copy.told == null || copy.toldVersion.equals(base);
        boolean isNewer = Proposals.numberOf(version) >= Proposals.numberOf(copy.toldVersion); // or put back
        if (Proposals.numberOf(version) > Proposals.numberOf(copy.version)) {
            copies.become(copy, known, version);
        }
        if (isNext && told != null) {
            deliveries.tell(copy, known, version, told);
        } else if (isNext || isNewer) {
            deliveries.tellMissed(copy, known, version, told == null ? List.of() : told);
        }
        if (!stopping && !away) {
            lost.loseGone(copy);
        }
        copies.forgetIfOver(copy);
    }

    // --- the others ---

    /** The instance {@code home} is no more. */
    void died(String home, boolean stopped) {
        lost.died(home, stopped);
        if (!stopping && !away) {
            copies.all().forEach(lost::loseGone);
        }
    }

    /** It lives after all. */
    void lives(String home) {
        lost.lives(home);
    }

    /** Adds the instances that take part in rooms of this one. */
    void addPartners(Set<String> homes) {
        copies.all().forEach(copy -> RoomCopies.addHomes(copy.room, homes));
    }

    /** The others can't be reached. */
    void away() {
        away = true;
        reading.giveUpAll();
    }

    /** The others can be asked, and this instance has read all that it was told. */
    void back() {
        away = false;
        reading.back(); // what was under way goes on by itself
    }

    /** This instance leaves: nobody waits for what the others say. */
    void close() {
        reading.giveUpAll();
    }

    /** Looks at each room with a socket here. */
    void checkAll() {
        for (RoomCopy copy : copies.all()) {
            if (copy.told != null || copy.isAlone()) {
                bus.check(copy.code);
            }
        }
    }

    /** Looks again at what was decided alone and is not known to all yet. */
    void checkThoseAlone() {
        copies.all().stream().filter(RoomCopy::isAlone).map(copy -> copy.code).forEach(bus::check);
    }

    /** As {@link RoomReading#hearAttached}. */
    void hearAttached() {
        if (!away && !stopping) {
            reading.hearAttached();
        }
    }

    /** To be called some ten times a second. */
    void hurry() {
        reading.hurry();
        if (++hurries % HURRIES_A_SECOND == 0) {
            copies.letGoUnserved();
        }
    }

    /** What lives under {@code code} is {@code entry}, in {@code version}: it is made to agree with what this instance knows. */
    void checked(String code, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        RoomCopy copy = copies.get(code);
        if (copy == null || away || stopping) {
            return;
        }
        if (copy.isAlone()) {
            reading.learn(code, version, entry, ages);
            alone.replay(copy);
        } else if (copy.room != null && copy.isForgotten(version)) {
            putBack(copy, version, entry);
        } else {
            reading.learn(code, version, entry, ages);
            if (copy.told != null
                    && copy.isUntold(version)
                    && !proposals.isBusyWith(code)) { // else that is told by its own letter
                deliveries.tellMissed(copy, copy.room, version);
            }
            lose(copy);
            copies.forgetIfOver(copy);
        }
    }

    /** Puts back what the others have forgotten, if the record still is {@code entry}, in {@code version}; else looks again. */
    private void putBack(RoomCopy copy, String version, @Nullable Entry entry) {
        Room mine = copy.room;
        if (mine == null || copy.puttingBack || stopping) {
            return;
        }
        copy.puttingBack = true;
        proposals.putBack(
                copy.code,
                entry,
                version,
                Room.putBack(mine),
                copy.version,
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
        RoomCopy copy = copies.get(code);
        if (copy != null) {
            copies.letGo(copy);
        }
    }

    // --- looking ---

    /** Whether this instance knows of a room under {@code code}. */
    boolean holds(String code) {
        return copies.get(code) != null;
    }

    @Override
    public @Nullable Entry find(String code) {
        RoomCopy copy = copies.get(code);
        return copy == null ? null : copy.room;
    }

    @Override
    public Counts counts() {
        return copies.counts();
    }

    @Override
    public void forEach(Consumer<Entry> visitor) {
        copies.forEach(visitor);
    }
}

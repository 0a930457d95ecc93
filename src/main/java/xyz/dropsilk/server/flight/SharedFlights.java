package xyz.dropsilk.server.flight;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.EntryJson;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Rule;

/**
 * Flights that several instances share, as this one knows them: those with a member here. Guarded by the registry's lock.
 *
 * <p><b>Deciding.</b> By {@link Proposals}. Deliveries are made, and {@code decided} is called, when this instance <i>reads its own entry</i>, never when
 * the proposal is answered: so all that anybody is told stands in one order with the signals.
 *
 * <p><b>While the others are away</b> flights whose members are all here are decided here, and nothing is told of the others. Afterwards each flight
 * with a member here is compared with the record; what was decided alone is insisted on.
 */
final class SharedFlights implements Records, Proposals.Decider {
    private final Bus bus;
    private final Proposals proposals;
    private final FlightCopies copies;
    private final FlightDeliveries deliveries;
    private final FlightsAlone alone;
    private final LostMembers lost;

    /** Of which an instance that shares them may not know what this one knows. */
    private final Set<String> unconfirmed = new LinkedHashSet<>();

    /** The same, as of an answer since the last look: what is said again at once to whoever is not there is said for ever. */
    private final Set<String> unheard = new LinkedHashSet<>();

    /** When what is told now was read, for stories. */
    private Instant at = Instant.EPOCH;

    private boolean away = true;

    /** Whether the engine has just lost its memory: by and by all flights are put back. */
    private boolean rebuilding;

    SharedFlights(Bus bus, Recipient recipient, Proposals proposals) {
        this.bus = bus;
        this.proposals = proposals;
        this.copies = new FlightCopies(bus.home());
        this.deliveries = new FlightDeliveries(copies, recipient, proposals);
        this.alone = new FlightsAlone(copies, deliveries, proposals, this);
        this.lost = new LostMembers(this, copies, recipient, proposals);
    }

    /** What is told until the next call was read at {@code now}. */
    void at(Instant now) {
        at = now;
    }

    Instant at() {
        return at;
    }

    /** While {@code now}, what is not known here may be known to somebody who has not put it back yet. */
    void rebuilding(boolean now) {
        rebuilding = now;
    }

    // --- deciding ---

    @Override
    public void commit(String code, @Nullable String asker, Rule rule, Consumer<Decision> decided) {
        proposals.commit(code, asker, rule, decided, this);
    }

    @Override
    public void refresh(String code, @Nullable String participant, Consumer<Freshness> then) {
        then.accept(Freshness.FRESH); // a flight is known where its members are, and the record is asked wherever that
        // matters
    }

    @Override
    public Proposals.Known known(String code) {
        FlightCopy known = copies.get(code);
        return known == null || known.alone() || known.flight() == null
                ? Proposals.Known.NOTHING
                : new Proposals.Known(known.flight(), known.version());
    }

    @Override
    public long number(Proposals.Pending asked, String expected) {
        FlightCopy known = copies.get(asked.code);
        long newest = known == null ? 0 : Proposals.numberOf(known.version());
        return 1 + Math.max(newest, Proposals.numberOf(expected));
    }

    /** Whoever waits alone on a dead instance can't be joined. */
    @Override
    public @Nullable Entry believed(String code, String version, @Nullable Entry read) {
        return read instanceof Flight flight && !flight.isFull() && lost.isDead(flight.host()) ? null : read;
    }

    @Override
    public boolean needsReading() {
        return false;
    }

    @Override
    public boolean mayComeBack() {
        return rebuilding;
    }

    @Override
    public boolean requiresPartner() {
        return true;
    }

    @Override
    public void addHomes(@Nullable Entry entry, Set<String> homes) {
        if (entry instanceof Flight flight) {
            flight.seats().forEach(seat -> homes.add(Bus.homeOf(seat.id())));
        }
    }

    // --- what comes back ---

    /**
     * This instance has read that {@code entry} lives under {@code code} from now on, in {@code version}. What was asked for here is told as it was
     * decided; of what others decided clients here are told how it differs from what they know, since a letter may be lost with the engine's memory.
     *
     * @param own the commit that it is because of, if it is one of ours
     * @param base the version that it was decided on; empty for none
     */
    void committed(Proposals.@Nullable Pending own, String code, String base, String version, @Nullable Entry entry) {
        Decision proposed = own == null ? null : own.proposed;
        if (own != null && own.onRecordAlone) {
            alone.insisted(code);
        }
        FlightCopy known = copies.get(code);
        if (known != null && known.alone() && known.isAsBefore()) {
            known = FlightCopy.together(known.flight(), known.version());
            copies.put(code, known);
        }
        if (known == null || !known.alone()) {
            follow(own, known, code, base, version, entry);
        } else if (proposed != null && known.flight() != null && isSame(proposed.next(), known.flight())) {
            copies.hold(code, known.flight(), version); // what was insisted on
            deliveries.deliver(code, proposed.deliveries(), own);
        } else if (known.hasComeTrueAs(version, entry)) {
            copies.hold(code, known.flight(), version); // it had come true before it was decided alone
        } else if (own != null) {
            if (entry instanceof Flight flight) {
                copies.put(code, new FlightCopy(known.flight(), version, /* alone= */ true, flight));
            }
            bus.check(code); // decided alone again since
        }
        lost.leaveForThoseGone(code);
        lost.expelDead(code);
        if (own != null && proposed != null && !own.abandoned) {
            own.decided.accept(deliveries.hasAnswered(own) ? proposed : withdrawn(own));
        }
    }

    /** What is known of a flight follows what was decided together. */
    private void follow(
            Proposals.@Nullable Pending own,
            @Nullable FlightCopy known,
            String code,
            String base,
            String version,
            @Nullable Entry entry) {
        Decision proposed = own == null ? null : own.proposed;
        Entry next = proposed != null ? proposed.next() : recognized(entry, known);
        boolean isAsked = own != null && !own.onRecordAlone && proposed != null;
        if (known == null
                || known.flight() == null
                || (isAsked && known.version().equals(base))) {
            copies.hold(code, next, version);
            deliveries.deliver(code, proposed == null ? List.of() : proposed.deliveries(), own);
        } else if (Proposals.numberOf(version) > Proposals.numberOf(known.version())) {
            adopt(code, known.flight(), next, version, own);
        } else {
            bus.check(code); // an engine that forgot something knew no better, or this was seen in the record already
        }
    }

    /** What was proposed for a client is not to be: if it has come true, or still does, it is undone. */
    private Decision withdrawn(Proposals.Pending asked) {
        if (asked.asker != null && asked.proposed != null && asked.proposed.next() instanceof Flight flight) {
            lost.leave(flight, asked.asker); // stands behind it, and before whatever this client does next
        }
        return Decision.refused(Decision.Verdict.AWAY);
    }

    @SuppressWarnings("ReferenceEquality") // is it the very value that was insisted on?
    private static boolean isSame(@Nullable Entry one, Entry other) {
        return one == other;
    }

    private static @Nullable Entry recognized(@Nullable Entry entry, @Nullable FlightCopy known) {
        return entry == null || known == null ? entry : EntryJson.recognizing(entry, known.flight());
    }

    // --- alone ---

    /** The others can't be reached: what all of them decide together has to wait, what concerns clients of this instance alone has not. */
    void away() {
        away = true;
    }

    @Override
    public boolean mayDecideAlone(Proposals.Pending asked) {
        FlightCopy known = copies.get(asked.code);
        return (away || (known != null && known.alone())) && isOurs(asked);
    }

    @Override
    public boolean isOurs(Proposals.Pending asked) {
        return alone.isOurs(asked);
    }

    @Override
    public void decideAlone(Proposals.Pending asked) {
        alone.decide(asked);
        if (!away) {
            bus.check(asked.code); // the others may have it at once
        }
    }

    @Override
    public void gaveUp(Proposals.Pending asked) {
        if (isOurs(asked)) {
            decideAlone(asked);
            return;
        }
        asked.decided.accept(withdrawn(asked));
    }

    // --- together again ---

    /** The others can be asked, and this instance has read all that it was told: each flight with a member here is looked at. */
    void back() {
        away = false;
        copies.forEach((code, known) -> {
            if (isShared(known)) {
                unconfirmed.add(code);
            }
        });
        checkAll();
    }

    private boolean isShared(FlightCopy known) {
        return known.flight() != null && !copies.isOurs(known.flight());
    }

    /** An instance that a change of the flight under {@code code} concerns has not heard of it. */
    void unheard(String code) {
        FlightCopy known = copies.get(code);
        if (known != null && isShared(known)) {
            unheard.add(code);
        }
    }

    /** Looks at each flight with a member here. */
    void checkAll() {
        copies.codes().forEach(bus::check);
    }

    /** Looks again at what is not known to all yet. */
    void checkThoseAlone() {
        unconfirmed.addAll(unheard);
        unheard.clear();
        unconfirmed.retainAll(copies.codes());
        copies.forEach((code, known) -> {
            if (known.alone() || unconfirmed.contains(code)) {
                bus.check(code);
            }
        });
    }

    /** What lives under {@code code} is {@code entry}, in {@code version}: it is made to agree with what this instance knows. */
    void checked(String code, String version, @Nullable Entry entry) {
        FlightCopy known = copies.get(code);
        if (known == null || away) {
            return;
        }
        if (known.flight() == null) {
            copies.put(code, null);
            lost.leaveForThoseGone(known.base());
            lost.leaveForThoseGone(entry);
        } else if (known.alone() && !known.isAsBefore()) {
            alone.insist(code);
        } else if (!(entry instanceof Flight flight) || known.isForgotten(flight, version)) {
            putBack(code, version, entry, known.flight());
        } else {
            adopt(code, known.flight(), flight, version, null);
            lost.leaveForThoseGone(code);
            lost.expelDead(code);
            confirm(code);
        }
    }

    /**
     * Says again what all know of a flight that other instances share: an engine that came back as it was some time ago may say that a client of
     * theirs is in it which has left, and whoever believes that of nobody does not look.
     */
    private void confirm(String code) {
        FlightCopy known = copies.get(code);
        if (unconfirmed.remove(code) && known != null && known.flight() != null && isShared(known)) {
            putBack(code, known.version(), known.flight(), known.flight());
        }
    }

    /** Puts back what the others have forgotten, if the record still is {@code entry}, in {@code version}; else looks again. */
    private void putBack(String code, String version, @Nullable Entry entry, Flight mine) {
        FlightCopy known = copies.get(code);
        proposals.putBack(
                code,
                entry,
                version,
                Flight.insist(entry, mine),
                known == null ? version : known.version(),
                isDone -> {
                    if (!isDone) {
                        bus.check(code);
                    }
                },
                this);
    }

    /** The record is right: clients of this instance are told what they have missed. */
    private void adopt(
            String code, Flight mine, @Nullable Entry next, String version, Proposals.@Nullable Pending own) {
        copies.hold(code, next == null ? null : EntryJson.recognizing(next, mine), version);
        deliveries.tellMissed(code, mine, next, own);
    }

    // --- other instances ---

    /** The instance {@code home} is dead: whoever was paired with a client of it is free. */
    void died(String home) {
        lost.died(home);
    }

    /** It lives after all. */
    void lives(String home) {
        lost.lives(home);
    }

    /** Adds the instances that clients here are in a flight with. */
    void addPartners(Set<String> homes) {
        copies.forEach((code, known) -> addHomes(known.flight(), homes));
    }

    /** Whether this instance knows of a flight under {@code code}. */
    boolean holds(String code) {
        return copies.get(code) != null;
    }

    // --- looking ---

    @Override
    public @Nullable Entry find(String code) {
        FlightCopy known = copies.get(code);
        return known == null ? null : known.flight();
    }

    @Override
    public Counts counts() {
        return new Counts(copies.count(), 0);
    }

    @Override
    public void forEach(Consumer<Entry> visitor) {
        copies.forEach((code, known) -> {
            if (known.flight() != null) {
                visitor.accept(known.flight());
            }
        });
    }
}

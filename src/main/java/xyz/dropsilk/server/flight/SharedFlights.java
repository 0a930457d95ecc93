package xyz.dropsilk.server.flight;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.EntryJson;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Rule;
import xyz.dropsilk.server.rules.Seat;
import xyz.dropsilk.server.rules.Traffic;

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
    private final Recipient recipient;
    private final Proposals proposals;

    /** Flights with a member here, and those that ended here alone, as far as this instance knows. */
    private final Map<String, Held> held = new LinkedHashMap<>();

    /** Instances that are dead as far as this one can tell. */
    private final Set<String> dead = new HashSet<>();

    /** Of which an instance that shares them may not know what this one knows. */
    private final Set<String> unconfirmed = new LinkedHashSet<>();

    /** The same, as of an answer since the last look: what is said again at once to whoever is not there is said for ever. */
    private final Set<String> unheard = new LinkedHashSet<>();

    /** What is being insisted on. */
    private final Set<String> insisting = new HashSet<>();

    /** When what is told now was read, for stories. */
    private Instant at = Instant.EPOCH;

    private boolean away = true;

    /** Whether the engine has just lost its memory: by and by all flights are put back. */
    private boolean rebuilding;

    private int flights;

    /**
     * A flight as this instance knows it.
     *
     * @param flight null if it ended here alone
     * @param version of the record that it was made from; empty for none
     * @param alone whether it was changed without asking the others
     * @param base what all knew last, where that is so
     */
    private record Held(
            @Nullable Flight flight,
            String version,
            boolean alone,
            @Nullable Flight base) {}

    SharedFlights(Bus bus, Recipient recipient, Proposals proposals) {
        this.bus = bus;
        this.recipient = recipient;
        this.proposals = proposals;
    }

    /** What is told until the next call was read at {@code now}. */
    void at(Instant now) {
        at = now;
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
        Held known = held.get(code);
        return known == null || known.alone || known.flight == null
                ? Proposals.Known.NOTHING
                : new Proposals.Known(known.flight, known.version);
    }

    @Override
    public long newest(String code) {
        Held known = held.get(code);
        return known == null ? 0 : Proposals.numberOf(known.version);
    }

    /** Whoever waits alone on a dead instance can't be joined. */
    @Override
    public @Nullable Entry believed(String code, String version, @Nullable Entry read) {
        return read instanceof Flight flight && !flight.isFull() && isDead(flight.host()) ? null : read;
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

    private boolean isDead(Seat seat) {
        return dead.contains(Bus.homeOf(seat.id()));
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
            insisting.remove(code);
        }
        Held known = held.get(code);
        if (known != null && known.alone && isAsBefore(known)) {
            known = new Held(known.flight, known.version, /* alone= */ false, null);
            put(code, known);
        }
        if (known == null || !known.alone) {
            follow(own, known, code, base, version, entry);
        } else if (proposed != null && known.flight != null && isSame(proposed.next(), known.flight)) {
            hold(code, known.flight, version); // what was insisted on
            deliver(code, proposed.deliveries(), own);
        } else if (isAlready(known, version, entry)) {
            hold(code, known.flight, version); // it had come true before it was decided alone
        } else if (own != null) {
            if (entry instanceof Flight flight) {
                put(code, new Held(known.flight, version, /* alone= */ true, flight));
            }
            bus.check(code); // decided alone again since
        }
        leaveForThoseGone(code);
        expelDead(code);
        if (own != null && proposed != null && !own.abandoned) {
            own.decided.accept(isDelivered(own) ? proposed : withdrawn(own));
        }
    }

    /** What is known of a flight follows what was decided together. */
    private void follow(
            Proposals.@Nullable Pending own,
            @Nullable Held known,
            String code,
            String base,
            String version,
            @Nullable Entry entry) {
        Decision proposed = own == null ? null : own.proposed;
        Entry next = proposed != null ? proposed.next() : recognized(entry, known);
        boolean isAsked = own != null && !own.onRecordAlone && proposed != null;
        if (known == null || known.flight == null || (isAsked && known.version.equals(base))) {
            hold(code, next, version);
            deliver(code, proposed == null ? List.of() : proposed.deliveries(), own);
        } else if (Proposals.numberOf(version) > Proposals.numberOf(known.version)) {
            adopt(code, known.flight, next, version, own);
        } else {
            bus.check(code); // an engine that forgot something knew no better, or this was seen in the record already
        }
    }

    /** Whoever asked for a seat is told that it has one by the delivery, and by nothing else. */
    private boolean isDelivered(Proposals.Pending own) {
        return own.asker == null || recipient.isIn(own.asker, own.code);
    }

    /** What was proposed for a client is not to be: if it has come true, or still does, it is undone. */
    private Decision withdrawn(Proposals.Pending asked) {
        if (asked.asker != null && asked.proposed != null && asked.proposed.next() instanceof Flight flight) {
            leave(flight, asked.asker); // stands behind it, and before whatever this client does next
        }
        return Decision.refused(Decision.Verdict.AWAY);
    }

    /** Whether others know in {@code version} just what was decided alone. */
    private static boolean isAlready(Held known, String version, @Nullable Entry entry) {
        return known.flight != null
                && entry instanceof Flight flight
                && Proposals.numberOf(version) > Proposals.numberOf(known.version)
                && flight.pairing() == known.flight.pairing()
                && users(flight).equals(users(known.flight));
    }

    private static List<User> users(Flight flight) {
        return flight.seats().stream().map(Seat::user).toList();
    }

    @SuppressWarnings("ReferenceEquality") // is it the very value that was insisted on?
    private static boolean isSame(@Nullable Entry one, Entry other) {
        return one == other;
    }

    private static @Nullable Entry recognized(@Nullable Entry entry, @Nullable Held known) {
        return entry == null || known == null ? entry : EntryJson.recognizing(entry, known.flight);
    }

    /** Nothing is delivered to whoever was told meanwhile that it did not work, or takes part in something else by now. */
    private void deliver(String code, List<Delivery> deliveries, Proposals.@Nullable Pending own) {
        String unwanted = unwantedBy(own);
        recipient.deliver(deliveries.stream()
                .filter(delivery -> bus.home().equals(Bus.homeOf(delivery.to())))
                .filter(delivery -> !delivery.to().equals(unwanted))
                .filter(delivery -> comes(delivery)
                        ? recipient.isFreeFor(delivery.to(), code)
                        : recipient.isIn(delivery.to(), code))
                .toList());
    }

    private static @Nullable String unwantedBy(Proposals.@Nullable Pending own) {
        return own != null && own.abandoned ? own.asker : null;
    }

    private static boolean comes(Delivery delivery) {
        return delivery instanceof Delivery.Created || delivery instanceof Delivery.Paired;
    }

    /** Whoever a flight names and is not here, or not in it, leaves it. */
    private void leaveForThoseGone(String code) {
        Held known = held.get(code);
        if (known != null) {
            leaveForThoseGone(known.flight);
        }
    }

    private void leaveForThoseGone(@Nullable Entry entry) {
        if (entry instanceof Flight flight) {
            flight.seats().stream()
                    .filter(seat -> isOfThisHome(seat) && !recipient.isIn(seat.id(), flight.code()))
                    .forEach(seat -> leave(flight, seat.id()));
        }
    }

    /** The client's seat in {@code flight} is nobody's; if it has asked again since, and has another one by then, that is left alone. */
    private void leave(Flight flight, String client) {
        Instant now = at;
        String code = flight.code();
        Rule leave = entry -> {
            boolean isMeant = entry instanceof Flight there && there.pairing() == flight.pairing();
            return isMeant || !(recipient.isIn(client, code) || proposals.isWaited(client, code))
                    ? Flight.leave(entry, client, Traffic.NONE, now)
                    : Decision.notFound();
        };
        commit(code, null, leave, decision -> {});
    }

    private void hold(String code, @Nullable Entry entry, String version) {
        boolean isOurs =
                entry instanceof Flight flight && flight.seats().stream().anyMatch(this::isOfThisHome);
        put(code, isOurs ? new Held((Flight) entry, version, /* alone= */ false, null) : null);
    }

    private void put(String code, @Nullable Held next) {
        Held before = next == null ? held.remove(code) : held.put(code, next);
        flights += counts(next) - counts(before);
    }

    /** A flight counts where its first member is. */
    private int counts(@Nullable Held known) {
        return known != null && known.flight != null && isOfThisHome(known.flight.host()) ? 1 : 0;
    }

    private boolean isOfThisHome(Seat seat) {
        return bus.home().equals(Bus.homeOf(seat.id()));
    }

    // --- alone ---

    /** The others can't be reached: what all of them decide together has to wait, what concerns clients of this instance alone has not. */
    void away() {
        away = true;
    }

    @Override
    public boolean mayDecideAlone(Proposals.Pending asked) {
        Held known = held.get(asked.code);
        return (away || (known != null && known.alone)) && isOurs(asked);
    }

    @Override
    public boolean isOurs(Proposals.Pending asked) {
        Held known = held.get(asked.code);
        if (known == null) {
            return asked.asker != null && asked.rule.decide(null).isDone();
        }
        return known.flight == null || known.flight.seats().stream().allMatch(this::isOfThisHome);
    }

    @SuppressWarnings("ReferenceEquality") // rules return the very value where nothing changes
    @Override
    public void decideAlone(Proposals.Pending asked) {
        Held known = held.get(asked.code);
        Flight before = known == null ? null : known.flight;
        Decision decision = asked.rule.decide(before);
        if (decision.isDone() && decision.next() != before) {
            Flight base = known == null ? null : known.alone ? known.base : known.flight;
            boolean isForgotten = decision.next() == null && base == null;
            put(
                    asked.code,
                    isForgotten
                            ? null
                            : new Held(
                                    (Flight) decision.next(),
                                    known == null ? "" : known.version,
                                    /* alone= */ true,
                                    base));
        }
        recipient.deliver(decision.deliveries());
        asked.decided.accept(decision);
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
        held.forEach((code, known) -> {
            if (isShared(known.flight)) {
                unconfirmed.add(code);
            }
        });
        checkAll();
    }

    private boolean isShared(@Nullable Flight flight) {
        return flight != null && !flight.seats().stream().allMatch(this::isOfThisHome);
    }

    /** An instance that a change of the flight under {@code code} concerns has not heard of it. */
    void unheard(String code) {
        Held known = held.get(code);
        if (known != null && isShared(known.flight)) {
            unheard.add(code);
        }
    }

    /** Looks at each flight with a member here. */
    void checkAll() {
        held.keySet().forEach(bus::check);
    }

    /** Looks again at what is not known to all yet. */
    void checkThoseAlone() {
        unconfirmed.addAll(unheard);
        unheard.clear();
        unconfirmed.retainAll(held.keySet());
        held.forEach((code, known) -> {
            if (known.alone || unconfirmed.contains(code)) {
                bus.check(code);
            }
        });
    }

    /** What lives under {@code code} is {@code entry}, in {@code version}: it is made to agree with what this instance knows. */
    void checked(String code, String version, @Nullable Entry entry) {
        Held known = held.get(code);
        if (known == null || away) {
            return;
        }
        if (known.flight == null) {
            put(code, null);
            leaveForThoseGone(known.base);
            leaveForThoseGone(entry);
        } else if (known.alone && !isAsBefore(known)) {
            insist(code);
        } else if (!(entry instanceof Flight flight) || isBehind(flight, version, known)) {
            putBack(code, version, entry, known.flight);
        } else {
            adopt(code, known.flight, flight, version, null);
            leaveForThoseGone(code);
            expelDead(code);
            confirm(code);
        }
    }

    /** Whether an engine has forgotten what this instance knows; somebody who knew less may have put that back since, under the same number. */
    private static boolean isBehind(Flight flight, String version, Held known) {
        int order = Long.compare(Proposals.numberOf(version), Proposals.numberOf(known.version));
        return order < 0 || (order == 0 && known.flight != null && known.flight.isFull() && !flight.isFull());
    }

    /**
     * Says again what all know of a flight that other instances share: an engine that came back as it was some time ago may say that a client of
     * theirs is in it which has left, and whoever believes that of nobody does not look.
     */
    private void confirm(String code) {
        Held known = held.get(code);
        if (unconfirmed.remove(code) && known != null && known.flight != null && isShared(known.flight)) {
            putBack(code, known.version, known.flight, known.flight);
        }
    }

    /** Whether all that was decided alone is undone: whoever came has left again. */
    private static boolean isAsBefore(Held known) {
        return known.flight != null
                && known.base != null
                && !known.flight.isFull()
                && !known.base.isFull()
                && known.flight.host().user().equals(known.base.host().user());
    }

    /** On what was decided alone until it comes to it: it may wait, and what was insisted on before must not come back then. */
    private void insist(String code) {
        if (!insisting.add(code)) {
            return; // and it comes to what is decided until then
        }
        Rule rule = now -> {
            Held known = held.get(code);
            return known == null || known.flight == null || !known.alone || isAsBefore(known)
                    ? Decision.refused(Decision.Verdict.CODE_IN_USE)
                    : Flight.insist(now, known.flight);
        };
        proposals.commitOnRecord(code, rule, decision -> insisting.remove(code), this);
    }

    /** Puts back what the others have forgotten, if the record still is {@code entry}, in {@code version}; else looks again. */
    private void putBack(String code, String version, @Nullable Entry entry, Flight mine) {
        Held known = held.get(code);
        proposals.putBack(
                code,
                entry,
                version,
                Flight.insist(entry, mine),
                known == null ? version : known.version,
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
        List<Delivery> missed = new ArrayList<>();
        for (Seat seat : mine.seats()) {
            if (!isOfThisHome(seat) || !recipient.isIn(seat.id(), code)) {
                continue;
            }
            if (!(next instanceof Flight now) || !now.has(seat.id())) {
                missed.add(new Delivery.Expelled(seat.id()));
            } else if (now.pairing() != mine.pairing()) {
                Delivery.Paired announced = announced(now, seat);
                if (mine.isFull()) {
                    missed.add(new Delivery.PeerLeft(seat.id(), /* renewed= */ announced != null));
                }
                if (announced != null) {
                    missed.add(announced);
                }
            }
        }
        if (next instanceof Flight now) {
            now.seats().stream()
                    .filter(seat -> !mine.has(seat.id()) && isWanted(seat.id(), now, own))
                    .map(seat -> announced(now, seat))
                    .filter(Objects::nonNull)
                    .forEach(missed::add);
        }
        hold(code, next == null ? null : EntryJson.recognizing(next, mine), version);
        String unwanted = unwantedBy(own);
        missed.removeIf(delivery -> delivery.to().equals(unwanted));
        recipient.deliver(missed);
        if (next instanceof Flight now) {
            proposals.seated(now, client -> recipient.isIn(client, code));
        }
    }

    /** Whether the client still waits for the seat that it has; one that was told otherwise leaves it. */
    private boolean isWanted(String client, Flight flight, Proposals.@Nullable Pending own) {
        boolean isOwn = own != null && !own.abandoned && client.equals(own.asker);
        return (isOwn || proposals.isProposed(client, flight)) && recipient.isFreeFor(client, flight.code());
    }

    /** Whom the client of {@code seat} is told of; nobody that is gone from here, since it leaves in a moment. */
    private Delivery.@Nullable Paired announced(Flight flight, Seat seat) {
        Delivery.Paired announced = flight.announcedTo(seat.id());
        return announced == null || isGone(announced.peer().id(), flight.code()) ? null : announced;
    }

    private boolean isGone(String client, String code) {
        return bus.home().equals(Bus.homeOf(client)) && !recipient.isFreeFor(client, code);
    }

    // --- other instances ---

    /** The instance {@code home} is dead: whoever was paired with a client of it is free. */
    void died(String home) {
        if (dead.add(home)) {
            List.copyOf(held.keySet()).forEach(this::expelDead);
        }
    }

    /** It lives after all. */
    void lives(String home) {
        dead.remove(home);
    }

    private void expelDead(String code) {
        Held known = held.get(code);
        if (dead.isEmpty() || known == null || known.flight == null) {
            return;
        }
        Instant now = at;
        for (Seat seat : known.flight.seats()) {
            if (isDead(seat)) {
                commit(code, null, entry -> Flight.expel(entry, seat.id(), now), decision -> {});
            }
        }
    }

    /** Adds the instances that clients here are in a flight with. */
    void addPartners(Set<String> homes) {
        held.values().forEach(known -> addHomes(known.flight, homes));
    }

    /** Whether this instance knows of a flight under {@code code}. */
    boolean holds(String code) {
        return held.containsKey(code);
    }

    // --- looking ---

    @Override
    public @Nullable Entry find(String code) {
        Held known = held.get(code);
        return known == null ? null : known.flight;
    }

    @Override
    public Counts counts() {
        return new Counts(flights, 0);
    }

    @Override
    public void forEach(Consumer<Entry> visitor) {
        held.values().forEach(known -> {
            if (known.flight != null) {
                visitor.accept(known.flight);
            }
        });
    }
}

package xyz.dropsilk.server.flight;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Rule;

/**
 * Decisions on their way to come true in the records that instances share. Guarded by the registry's lock.
 *
 * <p>A rule is asked of what this instance knows, or else of what it reads; what it decides comes true if the record is still the same, else the rule
 * is asked again. A refusal is believed only if it is the record's.
 */
final class Proposals {
    /** Who waits is answered by then. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What is not answered by then, though the engine works, may never be. */
    private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Ends the id in the name of a mark. */
    private static final char MARK = '.';

    /** What nobody waits for has come true by then, or never will. */
    private static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(120);

    /** Whoever keeps what this instance knows of one kind of entry. */
    interface Decider {
        /** What lives under {@code code} as far as this instance knows, and in which version; nothing where that is not what others know. */
        Known known(String code);

        /** The number of the version that {@code asked} makes of {@code expected}: greater than all that this instance has ever seen, unless it puts back. */
        long number(Pending asked, String expected);

        /** What was read of {@code code}, in {@code version}, as this instance has to see it. */
        @Nullable
        Entry believed(String code, String version, @Nullable Entry read);

        /** Whether this one concerns this instance alone, as far as it knows, or must not wait for the others. */
        boolean isOurs(Pending asked);

        /** Whether this one is decided without the others now. */
        boolean mayDecideAlone(Pending asked);

        /** Decides it without the others. */
        void decideAlone(Pending asked);

        /** Whoever asked waits no longer, though what was proposed may still come true. */
        void gaveUp(Pending asked);

        /** Whether rules need more than the record's value, which only reading it gives. */
        boolean needsReading();

        /** Whether somebody may know more than the records say, and has not put it back yet: who asks for what is not there waits for that. */
        boolean mayComeBack();

        /** Whether two can be paired only if both ones' instances hear of it. */
        boolean requiresPartner();

        /** The instances that {@code entry} names. */
        void addHomes(@Nullable Entry entry, Set<String> homes);
    }

    /**
     * What is known of a code.
     *
     * @param entry what lives under it; null for nothing
     * @param version of the record; empty for none
     */
    record Known(@Nullable Entry entry, String version) {
        static final Known NOTHING = new Known(null, "");
    }

    /** A commit on its way. */
    static final class Pending {
        final String id;
        final String code;

        /** Who waits for it, and not for ever; null for nobody. */
        final @Nullable String asker;

        final Rule rule;
        final Consumer<Decision> decided;
        final Decider decider;
        private final long since;
        private long lookedAt;

        /** Whether it is about what the record says, and nothing without it. */
        boolean onRecordAlone;

        /** What was proposed last; null while it is read. */
        @Nullable
        Decision proposed;

        /** The version that the record has then: two proposals never have the same. Empty while it is read: no proposal counts then. */
        private String version = "";

        private int proposals;

        /** Whether nobody waits for it any more. */
        boolean abandoned;

        /** Whether it is read again soon. */
        private boolean isReadAgain;

        /** It may have come true, which shows once the mark of this name is read; empty if there is no doubt. */
        private String mark = "";

        private Pending(
                String id,
                String code,
                @Nullable String asker,
                Rule rule,
                Consumer<Decision> decided,
                Decider decider,
                long since) {
            this.id = id;
            this.code = code;
            this.asker = asker;
            this.rule = rule;
            this.decided = decided;
            this.decider = decider;
            this.since = since;
            this.lookedAt = since;
        }
    }

    private final Bus bus;
    private final LongSupplier ticker;
    private final Map<String, Pending> pending = new LinkedHashMap<>();
    private long commits;
    private long marks;
    private boolean away = true;

    Proposals(Bus bus, LongSupplier ticker) {
        this.bus = bus;
        this.ticker = ticker;
    }

    /** Has {@code rule} decided; see {@link Records#commit}. */
    void commit(String code, @Nullable String asker, Rule rule, Consumer<Decision> decided, Decider decider) {
        Pending asked = pendingOf(code, asker, rule, decided, decider);
        if (decider.mayDecideAlone(asked)) {
            pending.remove(asked.id);
            decider.decideAlone(asked);
            return;
        }
        Known known = decider.known(code);
        Decision decision = rule.decide(known.entry);
        if (decision.isDone() && changes(decision, known.entry)) {
            propose(asked, known.entry, known.version, decision);
        } else {
            bus.read(asked.id, code);
        }
    }

    /** Has {@code rule} decided on what is read, and on nothing else. */
    void commitOnRecord(String code, Rule rule, Consumer<Decision> decided, Decider decider) {
        Pending asked = pendingOf(code, null, rule, decided, decider);
        asked.onRecordAlone = true;
        bus.read(asked.id, code);
    }

    /**
     * Puts back what was known in the version {@code known}, if the record still is {@code entry}, in {@code version}; {@code made} hears whether it
     * was. It is no newer by that: whoever knows more puts that back over it.
     */
    void putBack(
            String code,
            @Nullable Entry entry,
            String version,
            Decision decision,
            String known,
            Consumer<Boolean> made,
            Decider decider) {
        Rule onlyThen = now -> Decision.refused(Decision.Verdict.CODE_IN_USE);
        Pending asked = pendingOf(code, null, onlyThen, decided -> made.accept(decided.isDone()), decider);
        asked.onRecordAlone = true;
        propose(asked, entry, version, decision, numberOf(known));
    }

    private Pending pendingOf(
            String code, @Nullable String asker, Rule rule, Consumer<Decision> decided, Decider decider) {
        String id = bus.home() + Long.toString(++commits, Character.MAX_RADIX);
        Pending asked = new Pending(id, code, asker, rule, decided, decider, ticker.getAsLong());
        pending.put(id, asked);
        return asked;
    }

    @SuppressWarnings("ReferenceEquality") // rules return the very value where nothing changes
    static boolean changes(Decision decision, @Nullable Entry before) {
        return decision.next() != before || !decision.deliveries().isEmpty();
    }

    private void propose(Pending asked, @Nullable Entry before, String expected, Decision decision) {
        propose(asked, before, expected, decision, asked.decider.number(asked, expected));
    }

    private void propose(Pending asked, @Nullable Entry before, String expected, Decision decision, long number) {
        asked.proposed = decision;
        asked.mark = "";
        Set<String> required = new LinkedHashSet<>(Set.of(bus.home()));
        Set<String> concerned = new LinkedHashSet<>(required);
        asked.decider.addHomes(before, concerned);
        asked.decider.addHomes(decision.next(), concerned);
        for (Delivery delivery : decision.deliveries()) {
            concerned.add(Bus.homeOf(delivery.to()));
            if (delivery instanceof Delivery.Paired && asked.decider.requiresPartner()) {
                required.add(Bus.homeOf(delivery.to()));
            }
        }
        asked.version = number + ":" + asked.id + (asked.proposals++ == 0 ? "" : "." + asked.proposals);
        bus.propose(
                new Bus.Proposal(asked.id, asked.code, before, expected, asked.version, decision, concerned, required));
    }

    /** The number of {@code version}: greater than those of all before it. */
    static long numberOf(String version) {
        int colon = version.indexOf(':');
        try {
            return colon < 0 ? 0 : Long.parseLong(version.substring(0, colon));
        } catch (NumberFormatException e) {
            return 0; // written by nobody of us
        }
    }

    // --- what comes back ---

    /** What lives under the code of the commit {@code id} is {@code entry}, in {@code version}. */
    void read(String id, String version, @Nullable Entry entry) {
        Pending asked = pending.get(id);
        if (asked != null && asked.version.isEmpty()) {
            decide(asked, version, entry);
        }
    }

    private void decide(Pending asked, String version, @Nullable Entry entry) {
        if (asked.abandoned) {
            pending.remove(asked.id);
            return;
        }
        Entry now = asked.decider.believed(asked.code, version, entry);
        Decision decision = asked.rule.decide(now);
        if (decision.isDone() && changes(decision, now)) {
            propose(asked, now == null ? entry : now, version, decision);
        } else if (asked.asker != null && now == null && asked.decider.mayComeBack()) {
            asked.isReadAgain = true;
        } else {
            pending.remove(asked.id);
            asked.decided.accept(decision);
        }
    }

    /**
     * The record was not what the proposal {@code id} was decided on, but {@code entry}, in {@code version}.
     *
     * @param again whether the proposal was sent before, and so may have come true then
     */
    void refused(String id, String version, @Nullable Entry entry, boolean again) {
        Pending asked = pending.get(id);
        if (asked == null) {
            return;
        }
        if (again) {
            doubt(asked);
        } else if (asked.decider.needsReading()) {
            read(asked);
        } else {
            decide(asked, version, entry);
        }
    }

    private void read(Pending asked) {
        asked.version = "";
        bus.read(asked.id, asked.code);
    }

    /** If it has come true, or is about to, that is read before the mark. */
    private void doubt(Pending asked) {
        asked.mark = asked.id + MARK + Long.toString(++marks, Character.MAX_RADIX);
        bus.mark(asked.mark);
    }

    /** All that was told this instance before {@link Bus#mark} is read. */
    void marked(String mark) {
        int end = mark.indexOf(MARK);
        Pending asked = end < 0 ? null : pending.get(mark.substring(0, end));
        if (asked != null && asked.mark.equals(mark)) {
            asked.mark = "";
            read(asked);
        }
    }

    /** An instance without which the proposal {@code id} can't come true is not there. */
    void unreachable(String id) {
        Pending asked = pending.remove(id);
        if (asked != null && !asked.abandoned) {
            asked.decided.accept(Decision.notFound());
        }
    }

    /** The others can't be asked at all about the commit {@code id}, though they are connected: out of memory. False to be asked again later. */
    boolean unanswered(String id) {
        Pending asked = pending.get(id);
        if (asked == null || asked.abandoned) {
            pending.remove(id);
            return true;
        }
        boolean isOurs = !asked.onRecordAlone && asked.decider.isOurs(asked);
        if (asked.asker == null && !isOurs) {
            return false;
        }
        pending.remove(id);
        if (isOurs) {
            asked.decider.decideAlone(asked);
        } else {
            asked.decided.accept(Decision.refused(Decision.Verdict.AWAY));
        }
        return true;
    }

    /** Whether something is under way for {@code code} of which the end is waited for. */
    boolean isBusyWith(String code) {
        return pending.values().stream().anyMatch(asked -> asked.code.equals(code) && !asked.abandoned);
    }

    /** Who keeps what the commit {@code id} is about; null if it is none of ours that is still waited for. */
    @Nullable
    Decider deciderOf(String id) {
        Pending asked = pending.get(id);
        return asked == null ? null : asked.decider;
    }

    /** The code of the commit {@code id}; empty if it is none of ours. */
    String codeOf(String id) {
        Pending asked = pending.get(id);
        return asked == null ? "" : asked.code;
    }

    /** The commit {@code id} has come true as {@code version}; null if it is none of ours, or another try of it is waited for by now. */
    @Nullable
    Pending takeOwn(String id, String version) {
        return isProposed(id, version) ? pending.remove(id) : null;
    }

    /** Whether the commit {@code id} is to come true as {@code version}. */
    boolean isProposed(String id, String version) {
        Pending asked = pending.get(id);
        return asked != null && asked.version.equals(version);
    }

    /** Whether the client {@code asker} waits for a seat under {@code code}. */
    boolean isWaited(String asker, String code) {
        return pending.values().stream()
                .anyMatch(asked -> asker.equals(asked.asker) && asked.code.equals(code) && !asked.abandoned);
    }

    /** Whether the client {@code asker} waits for just the seat that it has in {@code flight}. */
    boolean isProposed(String asker, Flight flight) {
        return pending.values().stream().anyMatch(asked -> asker.equals(asked.asker) && isOf(asked, flight));
    }

    private static boolean isOf(Pending asked, Flight flight) {
        return !asked.abandoned
                && asked.code.equals(flight.code())
                && asked.proposed != null
                && asked.proposed.next() instanceof Flight next
                && next.pairing() == flight.pairing();
    }

    /** Whoever asked for its seat in {@code flight} and {@code has} it was told so, though its own letter was lost: that is the answer. */
    void seated(Flight flight, Predicate<String> has) {
        for (Pending asked : List.copyOf(pending.values())) {
            Decision proposed = asked.proposed;
            if (asked.asker != null && proposed != null && isOf(asked, flight) && has.test(asked.asker)) {
                pending.remove(asked.id);
                asked.decided.accept(proposed);
            }
        }
    }

    /** Something is wrong with this one: nobody is to wait for it for ever. */
    void failed(@Nullable Pending own) {
        if (own != null && own.asker != null && !own.abandoned) {
            own.abandoned = true;
            own.decided.accept(Decision.refused(Decision.Verdict.AWAY));
        }
    }

    // --- time ---

    /** The others can't be asked: what may be decided without them is. */
    void away() {
        away = true;
        for (Pending asked : List.copyOf(pending.values())) {
            if (!asked.abandoned && !asked.onRecordAlone && asked.decider.mayDecideAlone(asked)) {
                asked.abandoned = true;
                asked.decider.decideAlone(asked);
            }
        }
    }

    /** The others can be asked, and the inbox is read to its end; but if one was lost before, so may be marks, and that a proposal has come true. */
    void back() {
        away = false;
        for (Pending asked : List.copyOf(pending.values())) {
            if (!asked.mark.isEmpty() || (!asked.version.isEmpty() && !asked.abandoned)) {
                doubt(asked);
            }
        }
    }

    /** Whoever has waited too long is answered; what nobody waits for is looked at again, should its answer be lost. */
    void hurry() {
        long now = ticker.getAsLong();
        for (Pending asked : List.copyOf(pending.values())) {
            if (asked.asker != null && !asked.abandoned && now - asked.since >= PATIENCE_NANOS) {
                asked.abandoned = true;
                asked.decider.gaveUp(asked);
            } else if (asked.abandoned && now - asked.since >= FORGOTTEN_NANOS) {
                pending.remove(asked.id);
            } else if (asked.isReadAgain && !asked.abandoned && !away) {
                asked.isReadAgain = false;
                read(asked);
            } else if (!asked.abandoned && !away && now - asked.lookedAt >= LOST_NANOS) {
                asked.lookedAt = now;
                doubt(asked);
            }
        }
    }

    /** Nothing is asked any more: whoever waits is answered. */
    void close() {
        for (Pending asked : List.copyOf(pending.values())) {
            if (asked.asker != null && !asked.abandoned) {
                asked.abandoned = true;
                asked.decided.accept(Decision.refused(Decision.Verdict.AWAY));
            }
        }
    }
}

package xyz.dropsilk.server.flight;

import java.util.HashSet;
import java.util.Set;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Flight;
import xyz.dropsilk.server.rules.Rule;

/**
 * What is decided on shared flights without the others, and how it comes to them afterwards: as it is, insisted on, since all members are here. Guarded
 * by the registry's lock.
 */
final class FlightsAlone {
    private final FlightCopies copies;
    private final FlightDeliveries deliveries;
    private final Proposals proposals;
    private final Proposals.Decider decider;

    /** Codes of flights that are being insisted on. */
    private final Set<String> insisting = new HashSet<>();

    FlightsAlone(FlightCopies copies, FlightDeliveries deliveries, Proposals proposals, Proposals.Decider decider) {
        this.copies = copies;
        this.deliveries = deliveries;
        this.proposals = proposals;
        this.decider = decider;
    }

    /** Whether it concerns clients of this instance alone. */
    boolean isOurs(Proposals.Pending asked) {
        FlightCopy known = copies.get(asked.code);
        if (known == null) {
            return asked.asker != null && asked.rule.decide(null).isDone();
        }
        return known.flight() == null || copies.isOurs(known.flight());
    }

    /** Decides it on what is known here. */
    @SuppressWarnings("ReferenceEquality") // rules return the very value where nothing changes
    void decide(Proposals.Pending asked) {
        FlightCopy known = copies.get(asked.code);
        Flight before = known == null ? null : known.flight();
        Decision decision = asked.rule.decide(before);
        if (decision.isDone() && decision.next() != before) {
            Flight base = known == null ? null : known.alone() ? known.base() : known.flight();
            boolean isForgotten = decision.next() == null && base == null;
            String version = known == null ? "" : known.version();
            copies.put(
                    asked.code,
                    isForgotten ? null : new FlightCopy((Flight) decision.next(), version, /* alone= */ true, base));
        }
        deliveries.deliver(asked.code, decision.deliveries(), null); // a seat that nobody knew to be had may be named
        asked.decided.accept(decision);
    }

    /** On what was decided alone until it comes to it: it may wait, and what was insisted on before must not come back then. */
    void insist(String code) {
        if (!insisting.add(code)) {
            return; // and it comes to what is decided until then
        }
        Rule rule = now -> {
            FlightCopy known = copies.get(code);
            return known == null || known.flight() == null || !known.alone() || known.isAsBefore()
                    ? Decision.refused(Decision.Verdict.CODE_IN_USE)
                    : Flight.insist(now, known.flight());
        };
        proposals.commitOnRecord(code, rule, decision -> insisted(code), decider);
    }

    /** It is over, and may be necessary again. */
    void insisted(String code) {
        insisting.remove(code);
    }
}

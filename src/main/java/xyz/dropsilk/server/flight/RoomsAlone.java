package xyz.dropsilk.server.flight;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;
import xyz.dropsilk.server.rules.EntryJson;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.rules.Rule;

/**
 * What is decided on shared rooms while the others can't be asked, and how it comes to them afterwards: as rules, asked again of whatever the record
 * has become. Guarded by the registry's lock.
 */
final class RoomsAlone {
    /** What pages may decide on one room without the others. */
    private static final int MOST_RULES = 128;

    private final RoomCopies copies;
    private final RoomDeliveries deliveries;
    private final Proposals proposals;
    private final Proposals.Decider decider;
    private final Bus bus;

    /** When what is decided was read. */
    private final Supplier<Instant> clock;

    RoomsAlone(
            RoomCopies copies,
            RoomDeliveries deliveries,
            Proposals proposals,
            Proposals.Decider decider,
            Bus bus,
            Supplier<Instant> clock) {
        this.clock = clock;
        this.copies = copies;
        this.deliveries = deliveries;
        this.proposals = proposals;
        this.decider = decider;
        this.bus = bus;
    }

    /** Whether this instance may decide it for itself: a room that was served here goes on, a new one may begin, and nobody is judged. */
    boolean isOurs(Proposals.Pending asked) {
        if (Records.JUDGE.equals(asked.asker)) {
            return false;
        }
        RoomCopy copy = copies.get(asked.code);
        if (copy != null && copy.room != null) {
            return !(asked.rule instanceof Replay);
        }
        return asked.asker != null && asked.rule.decide(null).isDone();
    }

    /** Decides it on the copy. */
    void decide(Proposals.Pending asked) {
        RoomCopy copy = copies.make(asked.code);
        Decision decision = asked.rule.decide(copy.room);
        boolean changes = !Objects.equals(decision.next(), copy.room);
        boolean tooMuch = changes && asked.asker != null && copy.alone.size() >= MOST_RULES;
        if (decision.verdict() == Decision.Verdict.FULL || tooMuch) {
            decision = Decision.refused(Decision.Verdict.AWAY); // only the others could tell
        }
        if (decision.isDone()) {
            if (changes) {
                copy.alone.addLast(asked.rule);
            }
            copies.become(copy, decision.next(), copy.version);
            deliveries.tell(copy, decision.next(), copy.version, decision.deliveries());
        }
        copies.forgetIfOver(copy);
        asked.decided.accept(decision);
    }

    /** What was decided here, in order, decided again on what the record says now; what does not hold there any more is left out. */
    final class Replay implements Rule {
        private final @Nullable Room mine;
        private final String version;
        private final List<Rule> rules;
        private @Nullable Entry found;
        private String foundVersion = "";
        private boolean isOver;

        private Replay(RoomCopy copy) {
            this.mine = copy.room;
            this.version = copy.version;
            this.rules = List.copyOf(copy.alone);
        }

        /** It is about to be decided on {@code version}; {@code over} if the others know that the room has ended. */
        void on(String version, boolean over) {
            foundVersion = version;
            isOver = over;
        }

        @Override
        public Decision decide(@Nullable Entry now) {
            found = now;
            if (!(now instanceof Room room)) {
                return mine == null || isOver ? Decision.notFound() : Room.putBack(mine);
            }
            List<Delivery> told = new ArrayList<>();
            Entry next = withThoseForgotten(room, told);
            for (Rule rule : rules) {
                Decision decision = rule.decide(next);
                if (decision.isDone()) {
                    next = decision.next();
                    told.addAll(decision.deliveries());
                }
            }
            return new Decision(Decision.Verdict.DONE, next, told, List.of());
        }

        /** Where somebody has put back less than what this instance knew, and changed it since, the sockets here are missing. */
        private Room withThoseForgotten(Room now, List<Delivery> told) {
            boolean isForgotten =
                    !foundVersion.equals(version) && Proposals.numberOf(foundVersion) <= Proposals.numberOf(version);
            if (mine == null || !isForgotten) {
                return now;
            }
            Decision again = RoomSockets.attachAgain(
                    now, mine, socket -> deliveries.isHereIn(socket, now.code()), Numbers.far(), clock.get());
            told.addAll(again.deliveries());
            return again.next() instanceof Room room ? room : now;
        }
    }

    /** Brings what was decided on the copy to the others, if that is not under way. */
    void replay(RoomCopy copy) {
        if (copy.replay != null) {
            return;
        }
        Replay replay = new Replay(copy);
        copy.replay = replay;
        proposals.commitOnRecord(copy.code, replay, decision -> unchanged(copy, replay, decision), decider);
    }

    private void unchanged(RoomCopy copy, Replay replay, Decision decision) {
        if (!decision.isDone() || !Proposals.changes(decision, replay.found)) {
            replayed(copy, replay, replay.found, replay.foundVersion);
        }
    }

    /** The record says {@code next}, in {@code version}, now that what was decided here is decided again. */
    void replayed(RoomCopy copy, Replay replay, @Nullable Entry next, String version) {
        if (copy.replay != replay) {
            return; // of an earlier connection
        }
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
        copies.become(copy, known, copy.version);
        deliveries.tellMissed(copy, known, copy.version);
        bus.check(copy.code);
        copies.forgetIfOver(copy);
    }
}

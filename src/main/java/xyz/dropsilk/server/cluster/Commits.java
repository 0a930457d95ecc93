package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Participant;
import xyz.dropsilk.server.rules.Room;

/** Puts what was decided into the engine's words: the change of one record, and the letters that tell other instances of it. Immutable. */
final class Commits {
    static final Duration FLIGHT_LIVES = Duration.ofHours(1);

    /** What may be unread in an inbox when what was decided is let in: a little more than for signals. */
    private static final long MOST_UNREAD = 2 * Sending.MOST_UNREAD;

    private final String self;
    private final Duration roomLives;

    /** Of the instance {@code self}, where a room of which nobody is heard lives for {@code roomLives}. */
    Commits(String self, Duration roomLives) {
        this.self = self;
        this.roomLives = roomLives;
    }

    /** The letter number {@code number}, with {@code proposal}; whoever {@code mustHear} has an inbox, or nothing is done. */
    Engine.Commit of(Bus.Proposal proposal, long number, Predicate<String> mustHear) {
        String value = LetterJson.value(proposal.next());
        List<Engine.Append> appends = new ArrayList<>(proposal.concerned().size());
        for (String home : proposal.concerned()) {
            List<Delivery> deliveries = proposal.decision().deliveries().stream()
                    .filter(delivery -> Bus.homeOf(delivery.to()).equals(home))
                    .toList();
            String letter = LetterJson.committed(self, number, proposal, value, deliveries);
            boolean required = proposal.required().contains(home) || mustHear.test(home);
            appends.add(new Engine.Append(home, letter, "", required));
        }
        return new Engine.Commit(change(proposal, value), appends, MOST_UNREAD);
    }

    /** A room lives by those who are heard of: whoever comes, and whoever had a socket until now. */
    private Engine.Change change(Bus.Proposal proposal, String value) {
        boolean isRoom = proposal.before() instanceof Room || proposal.next() instanceof Room;
        if (!isRoom) {
            return new Engine.Change(
                    proposal.code(),
                    proposal.expected(),
                    proposal.version(),
                    value,
                    new Engine.Lifetime(FLIGHT_LIVES, /* renewed= */ true),
                    List.of(),
                    List.of(),
                    Duration.ZERO);
        }
        List<Participant> before = proposal.before() instanceof Room room ? room.participants() : List.of();
        List<Participant> after = proposal.next() instanceof Room room ? room.participants() : List.of();
        List<String> clocks = after.stream().map(Participant::id).toList();
        List<String> heard = after.stream().anyMatch(each -> comes(each, before))
                ? clocks // whoever comes, or comes back, is to see who sits there
                : before.stream()
                        .filter(Participant::isAttached)
                        .map(Participant::id)
                        .toList();
        return new Engine.Change(
                proposal.code(),
                proposal.expected(),
                proposal.version(),
                value,
                new Engine.Lifetime(roomLives, /* renewed= */ !heard.isEmpty()),
                clocks,
                heard,
                roomLives);
    }

    private static boolean comes(Participant participant, List<Participant> before) {
        return before.stream()
                .noneMatch(each -> each.id().equals(participant.id()) && (!each.silent() || participant.silent()));
    }
}

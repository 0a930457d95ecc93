package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xyz.dropsilk.server.testing.ManualExecutor;

/** An engine with one thing left out. */
final class MutantHub extends MemoryHub {
    private static final Pattern NUMBER = Pattern.compile("\"n\":(\\d+)");

    private final Mutant mutant;
    private long counts;

    MutantHub(Mutant mutant, ManualExecutor time, Random random, Duration mostDelay) {
        super(time, random, mostDelay);
        this.mutant = mutant;
    }

    @Override
    Engine.Answer commit(Engine.Commit commit) {
        Engine.Change change = commit.change();
        return switch (mutant) {
            case VERSION_NOT_COMPARED ->
                super.commit(
                        change == null
                                ? commit
                                : new Engine.Commit(onAny(change), commit.appends(), commit.mostUnread()));
            case LETTERS_BEFORE_COMMIT -> {
                if (change == null) {
                    yield super.commit(commit);
                }
                Engine.Answer told = super.commit(new Engine.Commit(null, commit.appends(), commit.mostUnread()));
                yield told.status() == Engine.Status.DONE
                        ? super.commit(new Engine.Commit(change, List.of(), commit.mostUnread()))
                        : told;
            }
            case PARTNER_NOT_REQUIRED ->
                super.commit(new Engine.Commit(
                        change,
                        commit.appends().stream()
                                .map(each -> new Engine.Append(
                                        each.to(), each.entry(), each.payload(), /* required= */ false))
                                .toList(),
                        commit.mostUnread()));
            default -> super.commit(commit);
        };
    }

    @Override
    List<Engine.Kept> hear(List<Engine.Hearing> hearings) {
        return mutant != Mutant.UNHEARD
                ? super.hear(hearings)
                : super.hear(hearings.stream()
                        .map(each -> new Engine.Hearing(each.code(), List.of(), each.known(), each.timeToLive()))
                        .toList());
    }

    /** Each letter has a number of its own, so none looks like one that was read. */
    @Override
    List<Engine.Delivered> entries(String id, String after, int most) {
        List<Engine.Delivered> entries = super.entries(id, after, most);
        return mutant != Mutant.REPEATED_LETTERS
                ? entries
                : entries.stream()
                        .map(each -> new Engine.Delivered(
                                each.place(), numbered(each.entry(), ++counts), each.payload(), each.bytes()))
                        .toList();
    }

    private Engine.Change onAny(Engine.Change change) {
        return new Engine.Change(
                change.code(),
                read(change.code()).version(),
                change.version(),
                change.value(),
                change.timeToLive(),
                change.clocks(),
                change.heard(),
                change.remembered());
    }

    @Override
    Engine.Beat beat(String id, String state, Duration timeToLive) {
        Engine.Beat beat = super.beat(id, state, timeToLive);
        if (mutant == Mutant.DEATH_IGNORED) {
            Map<String, String> living = new HashMap<>();
            beat.instances().forEach((home, says) -> living.put(home, numbered(says, ++counts)));
            return new Engine.Beat(beat.hasInbox(), beat.epoch(), beat.age(), living);
        }
        return beat;
    }

    private static String numbered(String text, long number) {
        Matcher matcher = NUMBER.matcher(text);
        return matcher.find() ? text.substring(0, matcher.start(1)) + number + text.substring(matcher.end(1)) : text;
    }
}

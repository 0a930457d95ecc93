package xyz.dropsilk.server.rules;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a flight or room came. Immutable. Times are those of the clock that the story is told by; where it was put back nothing is below zero.
 *
 * @param start when it was created
 * @param isVisited whether anybody came
 * @param pairedSince since when two are paired for transfer; null while they are not
 * @param paired how long two were paired before that
 * @param isMet whether signals went both ways
 */
record Course(Instant start, boolean isVisited, @Nullable Instant pairedSince, Duration paired, boolean isMet) {
    static Course begin(Instant at) {
        return new Course(at, false, null, Duration.ZERO, false);
    }

    /** How long it took until somebody came, which is {@code at}. */
    Duration waited(Instant at) {
        return between(start, at);
    }

    Course visited() {
        return new Course(start, true, pairedSince, paired, isMet);
    }

    Course paired(Instant at) {
        return new Course(start, isVisited, at, pairedUntil(at), isMet);
    }

    /** Nobody is paired for transfer any more. */
    Course parted(Instant at) {
        return new Course(start, isVisited, null, pairedUntil(at), isMet);
    }

    Course exchanged(Traffic traffic) {
        return new Course(start, isVisited, pairedSince, paired, isMet || traffic.bothWays());
    }

    private Duration pairedUntil(Instant at) {
        return pairedSince == null ? paired : paired.plus(between(pairedSince, at));
    }

    Outcome outcome() {
        return isMet ? Outcome.MET : isVisited ? Outcome.SILENT : Outcome.LONELY;
    }

    private static Duration between(Instant from, Instant to) {
        return to.isBefore(from) ? Duration.ZERO : Duration.between(from, to);
    }
}

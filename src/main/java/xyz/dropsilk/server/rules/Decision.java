package xyz.dropsilk.server.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule decided.
 *
 * @param verdict whether it happens, or why not
 * @param next what lives under the code from now on; null for nothing. Without a meaning unless the verdict is {@link Verdict#DONE}
 * @param deliveries what clients are told, in this order
 * @param facts what operators read, in this order
 */
public record Decision(Verdict verdict, @Nullable Entry next, List<Delivery> deliveries, List<Fact> facts) {
    /** Whether an event happens. */
    public enum Verdict {
        DONE,
        /** Nothing lives under the code, or not what was asked for, or the participant is none of it. */
        NOT_FOUND,
        /** No seat is free. */
        FULL,
        /** The code is in use: try another one. */
        CODE_IN_USE,
        /** The other participant shares its screen. */
        PEER_SHARES,
        /** Only what instances share could tell, and it is away. */
        AWAY
    }

    private static final Decision NOT_FOUND = refused(Verdict.NOT_FOUND);

    /** The event happens, and {@code next} lives on. */
    static Decision done(Entry next, List<Delivery> deliveries, List<Fact> facts) {
        return new Decision(Verdict.DONE, next, deliveries, facts);
    }

    /** The event happens, and nothing lives under the code any more. */
    static Decision ended(List<Delivery> deliveries, List<Fact> facts) {
        return new Decision(Verdict.DONE, null, deliveries, facts);
    }

    /** The event changes nothing. */
    static Decision unchanged(Entry now) {
        return done(now, List.of(), List.of());
    }

    /** The event does not happen. */
    public static Decision refused(Verdict why) {
        return new Decision(why, null, List.of(), List.of());
    }

    /** Nothing lives under the code, or not what was asked for. */
    public static Decision notFound() {
        return NOT_FOUND;
    }

    /** Whether the event happens. */
    public boolean isDone() {
        return verdict == Verdict.DONE;
    }
}

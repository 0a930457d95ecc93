package xyz.dropsilk.server.cluster;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What may go wrong in a simulated run. */
enum Fault {
    /** Every connection breaks, and the engine is away for a while. */
    AWAY,
    /** The same, and it comes back empty. */
    EMPTY,
    /** It forgets all that it knows, and no connection breaks. */
    FLUSHED,
    /** It comes back as it was some time ago. */
    OLD,
    /** It does nothing for a while. */
    FREEZE,
    /** One instance loses its connection for a moment: what was under way is done or not. */
    BREAK,
    /** The same, where all that was under way is done and no answer arrives: all of it is sent again. */
    REPEAT,
    /** One instance is cut off for a while. */
    CUT,
    /** One instance stands still for a while. */
    PAUSE,
    /** One instance is killed, and another one started. */
    KILL,
    /** One instance says that it stops, and is gone a moment later. */
    STOP,
    /** The engine has no memory left for a while. */
    FULL;

    /** Those that lose nothing that was delivered, and are nobody's death: nobody is told for them that its peer left. */
    private static final Set<Fault> OF_THE_ENGINE = EnumSet.of(AWAY, EMPTY, FLUSHED, FREEZE, BREAK, REPEAT, FULL);

    private static final Set<Fault> LOSES_NOTHING = EnumSet.of(AWAY, BREAK, REPEAT);
    private static final Set<Fault> DEATHS = EnumSet.of(KILL, STOP);

    static boolean areOfTheEngine(Collection<Fault> faults) {
        return OF_THE_ENGINE.containsAll(faults);
    }

    /** Whether each signal of a pairing that goes on arrives. */
    static boolean loseNothing(Collection<Fault> faults) {
        return LOSES_NOTHING.containsAll(faults);
    }

    /**
     * How long after all is healed lists are right, in nanoseconds: a connection is made again, whoever says nothing on it for two seconds is not
     * there, and the dead are known to be so.
     */
    static long listedAfterNanos(Collection<Fault> faults) {
        int seconds = faults.isEmpty() ? 0 : Collections.disjoint(faults, DEATHS) ? 4 : areDeaths(faults) ? 10 : 14;
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    static boolean areDeaths(Collection<Fault> faults) {
        return DEATHS.containsAll(faults);
    }
}

package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.testing.ManualExecutor;

/** Something that is left out on purpose, and what the simulation has to find out. */
enum Mutant {
    /** Nothing is. */
    NONE,
    /** The engine writes whatever the record's version is. */
    VERSION_NOT_COMPARED,
    /** Letters are delivered whether what they tell comes true or not. */
    LETTERS_BEFORE_COMMIT,
    /** A dead instance seems to count on. */
    DEATH_IGNORED,
    /** Two are paired though one's instance can't hear of it. */
    PARTNER_NOT_REQUIRED,
    /** What was decided alone is not insisted on. */
    NOT_INSISTED,
    /** A letter that is sent again is read again. */
    REPEATED_LETTERS,
    /** Whoever asks for a room is not heard of. */
    UNHEARD,
    /** After a loss nobody looks at the records. */
    NOT_LOOKED_AGAIN;

    /** The faults with which it shows. */
    Set<Fault> faults() {
        return switch (this) {
            case NONE, VERSION_NOT_COMPARED, LETTERS_BEFORE_COMMIT, UNHEARD -> Set.of();
            case DEATH_IGNORED, PARTNER_NOT_REQUIRED -> Set.of(Fault.KILL);
            case NOT_INSISTED -> Set.of(Fault.AWAY);
            case REPEATED_LETTERS -> Set.of(Fault.REPEAT);
            case NOT_LOOKED_AGAIN -> Set.of(Fault.EMPTY);
        };
    }

    MemoryHub hub(ManualExecutor time, Random random, Duration mostDelay) {
        return this == NONE ? new MemoryHub(time, random, mostDelay) : new MutantHub(this, time, random, mostDelay);
    }

    Bus bus(Bus real) {
        return this == NOT_INSISTED || this == NOT_LOOKED_AGAIN ? new MutantBus(this, real) : real;
    }

    /** Those that show in flights. */
    static List<Mutant> ofFlights() {
        return Stream.of(values())
                .filter(mutant -> mutant != NONE && mutant != UNHEARD)
                .toList();
    }

    /** Those that show in rooms. */
    static List<Mutant> ofRooms() {
        return List.of(LETTERS_BEFORE_COMMIT, UNHEARD, NOT_INSISTED, NOT_LOOKED_AGAIN);
    }
}

package xyz.dropsilk.server.cluster;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pages in rooms on several instances, with the engine's faults: what they are told is in order, nobody loses a seat, and once all have gone nothing is left. */
class RoomSimulationTest {
    private static final long SEEDS = 4;

    private static void simulate(long from, long to, Set<Fault> faults) {
        for (long seed = from; seed < to; seed++) {
            try {
                new RoomSimulation(seed, 2 + (int) (seed % 2), faults, Mutant.NONE).run();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + " with " + faults + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void withoutFaults() {
        simulate(0, 2 * SEEDS, Set.of());
    }

    @Test
    void withEachFault() {
        for (Fault fault : Fault.values()) {
            simulate(0, SEEDS, Set.of(fault));
        }
    }

    @Test
    void withAllFaults() {
        simulate(0, SEEDS, EnumSet.allOf(Fault.class));
    }

    /** A minute or two: mvn test -Dtest=RoomSimulationTest -Dgroups=long -DexcludedGroups=none. */
    @Test
    @Tag("long")
    void forLonger() {
        for (Fault fault : Fault.values()) {
            simulate(1_000, 1_200, Set.of(fault));
        }
        simulate(1_000, 1_500, EnumSet.allOf(Fault.class));
    }
}

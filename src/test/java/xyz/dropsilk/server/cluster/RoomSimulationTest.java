package xyz.dropsilk.server.cluster;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages in rooms of several instances on one engine with all its faults: a seat has one holder, all see the same, and nothing is left behind. */
class RoomSimulationTest {
    /** By then each mutant is found out. */
    private static final long MUTANTS_SEEDS = 100;

    private static void simulate(long from, long to, Set<Fault> faults) {
        for (long seed = from; seed < to; seed++) {
            try {
                simulate(seed, faults, Mutant.NONE);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + " with " + faults + ": " + e.getMessage(), e);
            }
        }
    }

    private static void simulate(long seed, Set<Fault> faults, Mutant mutant) {
        new RoomSimulation(seed, 2 + (int) (seed % 2), faults, mutant).run();
    }

    @Test
    void withoutFaults() {
        simulate(0, 2, Set.of());
    }

    @Test
    void withEachFault() {
        for (Fault fault : Fault.values()) {
            simulate(0, 2, Set.of(fault));
        }
    }

    @Test
    void withAllFaults() {
        simulate(0, 2, EnumSet.allOf(Fault.class));
    }

    /** Rarer than the seeds of every build find out: a seat and a socket lost to what was decided alone, and two left by nobody. */
    @Test
    void withWhatFailedOnce() {
        simulate(5_305, 5_306, Set.of(Fault.EMPTY));
        simulate(500_116, 500_117, Set.of(Fault.EMPTY));
        simulate(2_000, 2_001, Set.of(Fault.AWAY));
    }

    @ParameterizedTest
    @MethodSource("xyz.dropsilk.server.cluster.Mutant#ofRooms")
    void withSomethingLeftOut(Mutant mutant) {
        for (long seed = 0; seed < MUTANTS_SEEDS; seed++) {
            try {
                simulate(seed, mutant.faults(), mutant);
            } catch (AssertionError e) {
                return;
            }
        }
        fail(mutant + " was not noticed");
    }

    /** A minute: mvn test -Dtest=RoomSimulationTest -Dgroups=long -DexcludedGroups=none. */
    @Test
    @Tag("long")
    void forLonger() {
        List<Fault> all = List.of(Fault.values());
        simulate(1_000, 1_300, Set.of());
        for (long block = 0; block < 24; block++) {
            simulate(2_000 + block * 100, 2_050 + block * 100, Set.of(all.get((int) (block % all.size()))));
            simulate(2_050 + block * 100, 2_100 + block * 100, EnumSet.allOf(Fault.class));
        }
    }
}

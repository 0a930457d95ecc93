package xyz.dropsilk.server.cluster;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several registries on one engine with all its faults: what clients are told is in order, and once all is healed, true. */
class SimulationTest {
    private static final long SEEDS = 6;

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
        new Simulation(seed, 2 + (int) (seed % 2), faults, mutant).run();
    }

    @Test
    void withoutFaults() {
        simulate(0, SEEDS, Set.of());
    }

    @Test
    void withEachFault() {
        for (Fault fault : Fault.values()) {
            simulate(0, SEEDS / 2, Set.of(fault));
        }
    }

    @Test
    void withAllFaults() {
        simulate(0, 2 * SEEDS, EnumSet.allOf(Fault.class));
    }

    /** Rarer than the seeds of every build find out: somebody was told to be left by whom it was never with. */
    @Test
    void withWhatFailedOnce() {
        simulate(10_226, 10_227, Set.of(Fault.OLD));
        simulate(116_439, 116_440, Set.of(Fault.OLD));
    }

    @ParameterizedTest
    @MethodSource("xyz.dropsilk.server.cluster.Mutant#ofFlights")
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

    /** A few minutes: mvn test -Dtest=SimulationTest -Dgroups=long -DexcludedGroups=none. */
    @Test
    @Tag("long")
    void forLonger() {
        List<Fault> all = List.of(Fault.values());
        for (long block = 0; block < 44; block++) {
            simulate(1_000 + block * 100, 1_050 + block * 100, Set.of(all.get((int) (block % all.size()))));
            simulate(1_050 + block * 100, 1_100 + block * 100, EnumSet.allOf(Fault.class));
        }
    }
}

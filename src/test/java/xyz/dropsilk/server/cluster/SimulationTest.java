package xyz.dropsilk.server.cluster;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several registries on one engine with all its faults: what clients are told is in order, and once all is healed, true. */
class SimulationTest {
    private static final long SEEDS = 30;

    private static void simulate(long from, long to, Set<Simulation.Fault> faults) {
        for (long seed = from; seed < to; seed++) {
            try {
                new Simulation(seed, 2 + (int) (seed % 2), faults).run();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + " with " + faults + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void withoutFaults() {
        simulate(0, SEEDS, Set.of());
    }

    @Test
    void withEachFault() {
        for (Simulation.Fault fault : Simulation.Fault.values()) {
            simulate(0, SEEDS, Set.of(fault));
        }
    }

    @Test
    void withAllFaults() {
        simulate(0, SEEDS, EnumSet.allOf(Simulation.Fault.class));
    }

    /**
     * A few minutes: mvn test -Dtest=SimulationTest -Dgroups=long -DexcludedGroups=none. */
    @Test
    @Tag("long")
    void forLonger() {
        List<Simulation.Fault> all = List.of(Simulation.Fault.values());
        for (long block = 0; block < 40; block++) {
            simulate(1_000 + block * 100, 1_050 + block * 100, Set.of(all.get((int) (block % all.size()))));
            simulate(1_050 + block * 100, 1_100 + block * 100, EnumSet.allOf(Simulation.Fault.class));
        }
    }
}

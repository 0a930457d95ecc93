package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import xyz.dropsilk.server.testing.ManualExecutor;

/** Instances on one engine, the time that passes for all of them, and the story of what happened. For one thread. */
final class World {
    final Random random;
    final ManualExecutor time = new ManualExecutor();
    final MemoryHub hub;
    final List<SimulatedInstance> instances = new ArrayList<>();
    private final Mutant mutant;
    private final List<Throwable> thrown = new ArrayList<>();

    /** Put into words only if it is to be read. */
    private final List<Supplier<String>> story = new ArrayList<>();

    World(long seed, int registries, Mutant mutant) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L); // the first numbers of neighbouring seeds are alike
        this.mutant = mutant;
        this.hub = mutant.hub(time, random, Duration.ofMillis(random.nextInt(4) * 5L));
        hub.onChange(change -> tell(() -> "record " + change.code() + ": " + change.expected() + " -> "
                + change.version() + " " + (change.value().isEmpty() ? "nothing" : Traveller.idsIn(change.value()))));
        for (int i = 0; i < registries; i++) {
            start();
        }
        pass(200);
    }

    void start() {
        instances.add(new SimulatedInstance(hub, thrown, Duration.ofMillis(150), mutant));
    }

    SimulatedInstance any() {
        return instances.get(random.nextInt(instances.size()));
    }

    void pass(long millis) {
        time.advance(Duration.ofMillis(millis));
        if (!thrown.isEmpty()) {
            Throwable first = thrown.get(0);
            throw new AssertionError(first instanceof AssertionError ? first.getMessage() : "thrown: " + first, first);
        }
    }

    /** Does {@code work} for which nobody would hear of a failure otherwise. */
    void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            thrown.add(e);
            throw e;
        }
    }

    void later(long millis, Runnable task) {
        time.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    void say(String what) {
        tell(() -> what);
    }

    private void tell(Supplier<String> what) {
        var now = time.instant();
        story.add(() -> now + " " + what.get());
    }

    String story() {
        return story.stream().map(Supplier::get).collect(Collectors.joining("\n"));
    }

    static void require(boolean holds, Supplier<String> what) {
        if (!holds) {
            throw new AssertionError(what.get());
        }
    }
}

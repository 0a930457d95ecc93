package xyz.dropsilk.server.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Has things go wrong in a {@link World}, and remembers what that was. */
final class Faults {
    private final World world;
    private final List<Fault> possible;
    private final List<Death> deaths = new ArrayList<>();
    private long calmSince;

    /**
     * An instance that is no more.
     *
     * @param home its id
     * @param at when: ticker nanoseconds
     * @param stopped whether it said so
     */
    record Death(String home, long at, boolean stopped) {}

    Faults(World world, Set<Fault> possible) {
        this.world = world;
        this.possible = possible.stream().sorted().toList();
        this.calmSince = world.time.nanos();
    }

    List<Fault> possible() {
        return possible;
    }

    List<Death> deaths() {
        return deaths;
    }

    boolean isDead(String home) {
        return deaths.stream().anyMatch(death -> death.home.equals(home));
    }

    /** When the last of all that has gone wrong so far is over: ticker nanoseconds. */
    long calmSince() {
        return calmSince;
    }

    private void lasts(long millis) {
        long end = world.time.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (end - calmSince > 0) {
            calmSince = end;
        }
    }

    /** One thing goes wrong. */
    void strike() {
        Fault fault = possible.get(world.random.nextInt(possible.size()));
        SimulatedInstance one = world.any();
        world.say("fault: " + fault + " " + one.home());
        long millis = world.random.nextInt(3) == 0 ? world.random.nextInt(12_000) : world.random.nextInt(1_500);
        lasts(Fault.areDeaths(Set.of(fault)) ? 0 : millis);
        switch (fault) {
            case AWAY -> away(millis);
            case EMPTY -> {
                world.hub.lose();
                away(millis);
            }
            case FLUSHED -> world.hub.lose();
            case OLD -> {
                Runnable putBack = world.hub.snapshot();
                long after = world.random.nextInt(500);
                lasts(after + millis);
                world.later(after, () -> {
                    putBack.run();
                    away(millis);
                });
            }
            case FREEZE -> {
                world.hub.freeze();
                world.later(millis, world.hub::thaw);
            }
            case BREAK -> one.engine.drop("broken");
            case REPEAT -> one.engine.loseAnswers();
            case CUT -> {
                one.engine.cut();
                world.later(millis, one.engine::mend);
            }
            case PAUSE -> {
                one.process.pause();
                lasts(2 * millis);
                world.later(2 * millis, one.process::resume);
            }
            case KILL -> {
                end(one, /* stopped= */ false);
                one.kill();
            }
            case STOP -> {
                boolean canSaySo = one.cluster.isUp() && !one.process.isPaused();
                end(one, canSaySo);
                one.stop();
                world.later(200, one::kill);
            }
            case FULL -> {
                world.hub.full(true);
                world.later(millis, () -> world.hub.full(false));
            }
        }
    }

    private void away(long millis) {
        world.hub.goAway();
        world.later(millis, world.hub::comeBack);
    }

    private void end(SimulatedInstance one, boolean stopped) {
        deaths.add(new Death(one.home(), world.time.nanos(), stopped));
        world.instances.remove(one);
        world.start();
    }
}

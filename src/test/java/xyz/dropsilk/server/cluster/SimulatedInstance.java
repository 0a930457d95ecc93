package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import xyz.dropsilk.server.base.SteadyTicker;
import xyz.dropsilk.server.event.Periodic;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.limit.JoinLimit;
import xyz.dropsilk.server.room.RoomBook;
import xyz.dropsilk.server.room.RoomSettings;
import xyz.dropsilk.server.room.Rooms;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;

/** One of several registries on one engine in memory, which can be paused and killed as a process can. For one thread. */
final class SimulatedInstance {
    final Machine process;
    final CollectedEvents events = new CollectedEvents();
    final Cluster cluster;
    final FlightRegistry registry;
    final RoomBook book;
    final Rooms rooms;
    final MemoryEngine engine;

    /** When it was started: ticker nanoseconds. */
    final long since;

    private final MemoryEngine[] made = new MemoryEngine[1];

    /** Not long, so that runs see silence and ends. */
    static final RoomSettings ROOMS = new RoomSettings(Duration.ofSeconds(40), Duration.ofSeconds(14), 1_000, 1_000);

    private static final Duration SWEEP = Duration.ofMillis(500);

    /** Up to 4 ms: no timer is on time. */
    private static final int LATE_NANOS = 4_000_000;

    /** Runs what is due, a little late, unless it is paused or dead; what throws is noted. */
    static final class Machine extends AbstractExecutorService implements ScheduledExecutorService {
        private final ManualExecutor time;
        private final Random random;
        private final List<Throwable> faults;
        private final List<Runnable> missed = new ArrayList<>();
        private boolean paused;
        private boolean dead;
        private long awakeSince;

        Machine(ManualExecutor time, Random random, List<Throwable> faults) {
            this.time = time;
            this.random = random;
            this.faults = faults;
            this.awakeSince = time.nanos();
        }

        void pause() {
            paused = true;
        }

        void resume() {
            paused = false;
            awakeSince = time.nanos();
            List<Runnable> due = List.copyOf(missed);
            missed.clear();
            due.forEach(time::execute);
        }

        void kill() {
            dead = true;
        }

        /** Since when it has not been paused: ticker nanoseconds. */
        long awakeSince() {
            return awakeSince;
        }

        boolean isPaused() {
            return paused;
        }

        private Runnable guarded(Runnable task) {
            return new Runnable() {
                @Override
                public void run() {
                    if (dead) {
                        return;
                    }
                    if (paused) {
                        missed.add(this);
                        return;
                    }
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) {
                        faults.add(e);
                        throw e;
                    }
                }
            };
        }

        @Override
        public void execute(Runnable task) {
            time.execute(guarded(task));
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            return time.schedule(guarded(task), unit.toNanos(delay) + random.nextInt(LATE_NANOS), TimeUnit.NANOSECONDS);
        }

        @Override
        public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long delay, long period, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long delay, long pause, TimeUnit unit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return dead;
        }

        @Override
        public boolean isTerminated() {
            return dead;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return dead;
        }
    }

    SimulatedInstance(MemoryHub hub, List<Throwable> faults, Duration arrivalDelay, Mutant mutant) {
        ManualExecutor time = hub.time();
        since = time.nanos();
        process = new Machine(time, hub.random(), faults);
        cluster = new Cluster(
                (id, listener) -> {
                    made[0] = new MemoryEngine(hub, id, listener);
                    return made[0];
                },
                ROOMS.timeToLive(),
                process,
                time::nanos,
                events,
                hub.random());
        engine = made[0];
        SteadyTicker steady = new SteadyTicker(time::nanos);
        book = new RoomBook(ROOMS, steady);
        registry = new FlightRegistry(
                new FlightRegistry.Lists(200, arrivalDelay),
                events,
                new FlightRegistry.Time(time, time::nanos, process),
                book,
                mutant.bus(cluster.bus()));
        rooms = new Rooms(registry, book, ROOMS, new Rooms.Time(time, steady), network -> true);
        new Periodic("rooms", process, events).every(SWEEP, rooms::sweep);
        cluster.join(registry, new JoinLimit(60, time::nanos, events));
        cluster.start();
    }

    String home() {
        return registry.home();
    }

    /** It tells the others that it stops, and nobody else anything. */
    void stop() {
        registry.stopping();
        cluster.stop();
    }

    /** The process is gone, with its sockets. */
    void kill() {
        process.kill();
        engine.cut();
        engine.close();
    }
}

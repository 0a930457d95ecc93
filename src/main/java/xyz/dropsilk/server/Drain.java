package xyz.dropsilk.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.flight.Attendance;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.flight.Peer;

/**
 * What comes between the order to stop and the stop, if there is time (the contract, 7): handshakes are taken for a while, since load balancers are
 * late; clients in nothing are sent away, at random and spread over time, so that whoever takes them in is not run over; those in flights and rooms
 * stay until they have finished. Looks at all who are there again and again instead of following what they do: so newcomers, and whoever becomes free, need
 * no care of their own. Run by the thread that stops.
 */
final class Drain {
    /** How long handshakes are still taken. */
    static final Duration HANDSHAKES = Duration.ofSeconds(5);

    /** How long a newcomer may take to join something before it counts as idle. */
    static final Duration GRACE = Duration.ofSeconds(2);

    /** Idle clients are sent away over this part of the time that there is, and over {@link #LONGEST_SPREAD} at most. */
    static final int SPREAD_PART = 4;

    static final Duration LONGEST_SPREAD = Duration.ofSeconds(30);

    /** From one look at all who are there to the next. */
    static final Duration LOOK = Duration.ofSeconds(2);

    /** Between two looks those that it found go in steps as long as this. */
    static final Duration STEP = Duration.ofMillis(250);

    private final FlightRegistry registry;
    private final Runnable refuseHandshakes;
    private final EventSink events;
    private final Time time;
    private final Random random;

    /** Those that the last look found and that are not sent away yet, in the order of a draw. */
    private List<Peer> idle = new ArrayList<>();

    /**
     * How time passes.
     *
     * @param ticker counts nanoseconds
     * @param pause waits
     */
    record Time(LongSupplier ticker, Pause pause) {}

    /** Waits. */
    @FunctionalInterface
    interface Pause {
        /** Returns after {@code time}. */
        void sleep(Duration time) throws InterruptedException;
    }

    /** Drains {@code registry}; {@code refuseHandshakes}, run once or more often, lets nobody else in; {@code random} draws who goes first. */
    Drain(FlightRegistry registry, Runnable refuseHandshakes, EventSink events, Time time, Random random) {
        this.registry = registry;
        this.refuseHandshakes = refuseHandshakes;
        this.events = events;
        this.time = time;
        this.random = random;
    }

    /** Returns once nobody is left, at once where nobody is there, and after {@code limit} at the latest. */
    void run(Duration limit) throws InterruptedException {
        long begun = time.ticker.getAsLong();
        Duration spread = min(limit.dividedBy(SPREAD_PART), LONGEST_SPREAD);
        Duration passed = Duration.ZERO;
        Duration nextLook = Duration.ZERO;
        tell("begun", limit);
        while (registry.connections() > 0 && passed.compareTo(limit) < 0) {
            if (passed.compareTo(HANDSHAKES) >= 0) {
                refuseHandshakes.run();
            }
            if (passed.compareTo(nextLook) >= 0) {
                look();
                nextLook = passed.plus(LOOK);
            }
            dismissSome(spread.minus(passed));
            time.pause.sleep(min(STEP, limit.minus(passed)));
            passed = Duration.ofNanos(time.ticker.getAsLong() - begun);
        }
        tell("done", passed);
    }

    private void tell(String phase, Duration seconds) {
        Attendance here = registry.attendance(GRACE);
        events.publish(new SystemEvent.Draining(phase, seconds, here.connections(), here.inFlights(), here.inRooms()));
    }

    private void look() {
        idle = new ArrayList<>(registry.attendance(GRACE).idle());
        Collections.shuffle(idle, random);
    }

    /** As many as have to go in one step, so that all who are idle are gone when {@code left} is over. */
    private void dismissSome(Duration left) {
        double share = left.compareTo(STEP) <= 0 ? 1 : (double) STEP.toNanos() / left.toNanos();
        int stay = idle.size() - (int) (share * idle.size() + random.nextDouble()); // the fraction is a chance
        List<Peer> going = idle.subList(stay, idle.size());
        going.forEach(Peer::dismissed);
        going.clear();
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

package xyz.dropsilk.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.flight.Attendance;
import xyz.dropsilk.server.flight.FlightRegistry;
import xyz.dropsilk.server.flight.Peer;

/**
 * What comes between the order to stop and the stop, if there is time (the contract, 7): handshakes are taken for a while, since load balancers are
 * late; clients in nothing are sent away, at random and spread over time, so that whoever takes them in is not run over; those in flights and rooms
 * stay until they have finished. Looks at all who are there again and again instead of keeping a plan: so newcomers, and whoever becomes free, need
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

    /** From one look to the next. */
    static final Duration STEP = Duration.ofMillis(250);

    private final FlightRegistry registry;
    private final Runnable refuseHandshakes;
    private final EventSink events;
    private final Time time;
    private final Random random;

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
        Attendance here = registry.attendance(GRACE);
        events.publish(ServerEvent.draining("begun", limit, here.connections(), here.inFlights(), here.inRooms()));
        while (here.connections() > 0 && passed.compareTo(limit) < 0) {
            if (passed.compareTo(HANDSHAKES) >= 0) {
                refuseHandshakes.run();
            }
            someOf(here.idle(), spread.minus(passed)).forEach(Peer::dismissed);
            time.pause.sleep(min(STEP, limit.minus(passed)));
            passed = Duration.ofNanos(time.ticker.getAsLong() - begun);
            here = registry.attendance(GRACE);
        }
        events.publish(ServerEvent.draining("done", passed, here.connections(), here.inFlights(), here.inRooms()));
    }

    /** As many as have to go in one step, drawn at random, so that all of {@code idle} are gone when {@code left} is over. */
    private List<Peer> someOf(List<Peer> idle, Duration left) {
        if (left.compareTo(STEP) <= 0) {
            return idle;
        }
        List<Peer> drawn = new ArrayList<>(idle);
        Collections.shuffle(drawn, random);
        double share = (double) STEP.toNanos() / left.toNanos() * idle.size();
        return drawn.subList(0, (int) (share + random.nextDouble())); // the fraction is a chance
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

package xyz.dropsilk.server;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Periodic;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.flight.FlightRegistry;

/** The {@code system:heartbeat} event at intervals. Runs on the timer it is given. */
final class Heartbeat {
    private final Supplier<FlightRegistry.Stats> flights;
    private final MemoryUse memory;
    private final Uptime uptime;
    private final EventSink events;

    Heartbeat(Supplier<FlightRegistry.Stats> flights, MemoryUse memory, Uptime uptime, EventSink events) {
        this.flights = flights;
        this.memory = memory;
        this.uptime = uptime;
        this.events = events;
    }

    /** Beats every {@code interval} until {@code timer} ends; never if that is zero. */
    void start(ScheduledExecutorService timer, Duration interval) {
        new Periodic("heartbeat", timer, events).every(interval, this::beat);
    }

    private void beat() {
        FlightRegistry.Stats now = flights.get();
        events.publish(new SystemEvent.Heartbeat(now.connections(), now.flights(), uptime.seconds(), memory.now()));
    }
}

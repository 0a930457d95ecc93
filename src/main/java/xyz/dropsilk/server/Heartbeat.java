package xyz.dropsilk.server;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
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
        if (!interval.isZero()) {
            timer.scheduleAtFixedRate(this::beat, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void beat() {
        try {
            FlightRegistry.Stats now = flights.get();
            events.publish(ServerEvent.heartbeat(now.connections(), now.flights(), uptime.seconds(), memory.now()));
        } catch (RuntimeException | Error e) {
            OutOfMemory.haltIfIn(e);
            events.publish(ServerEvent.systemError("heartbeat", e)); // one that fails must not be the last
        }
    }
}

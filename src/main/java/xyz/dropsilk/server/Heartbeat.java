package xyz.dropsilk.server;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Periodic;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;

/** The {@code system:heartbeat} event at intervals. Runs on the timer it is given. */
final class Heartbeat {
    private final Meters meters;
    private final MemoryUse memory;
    private final Uptime uptime;
    private final EventSink events;

    Heartbeat(Meters meters, MemoryUse memory, Uptime uptime, EventSink events) {
        this.meters = meters;
        this.memory = memory;
        this.uptime = uptime;
        this.events = events;
    }

    /** Beats every {@code interval} until {@code timer} ends; never if that is zero. */
    void start(ScheduledExecutorService timer, Duration interval) {
        new Periodic("heartbeat", timer, events).every(interval, this::beat);
    }

    private void beat() {
        events.publish(new SystemEvent.Heartbeat(
                Math.toIntExact(meters.value(Names.CONNECTIONS)),
                Math.toIntExact(meters.value(Names.FLIGHTS)),
                uptime.seconds(),
                memory.now()));
    }
}

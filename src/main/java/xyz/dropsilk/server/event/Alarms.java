package xyz.dropsilk.server.event;

import java.util.concurrent.atomic.LongAdder;
import xyz.dropsilk.server.meter.Meters;

/** Counts the events that operators want to be woken for, whatever the log's level, and passes all of them on. Safe on any thread. */
public final class Alarms implements EventSink {
    private final EventSink next;
    private final LongAdder faults = new LongAdder();
    private final LongAdder warnings = new LongAdder();
    private final LongAdder guessing = new LongAdder();

    /** Counts in front of {@code next}. */
    public Alarms(EventSink next) {
        this.next = next;
    }

    @Override
    public void publish(ServerEvent event) {
        switch (event.eventName()) {
            case "system:error" -> {
                if (event.level() == Level.ERROR) {
                    faults.increment();
                }
            }
            case "config:warning" -> warnings.increment();
            case "flight:error" -> {
                if (event.level() == Level.ERROR) {
                    guessing.increment();
                }
            }
            default -> {
                // nobody is woken
            }
        }
        next.publish(event);
    }

    /** Adds the counts to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counter(
                "dropsilk_faults_total", "Faults of the server's own or of a library (system:error).", faults::sum);
        meters.counter("dropsilk_config_warnings_total", "Settings that are probably not meant so.", warnings::sum);
        meters.counter(
                "dropsilk_guessing_alarms_total",
                "How often wrong codes came from many networks at once.",
                guessing::sum);
    }
}

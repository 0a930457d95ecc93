package xyz.dropsilk.server.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;

/** Keeps all events. Safe on any thread. */
public final class RecordingEvents implements EventSink {
    private final List<ServerEvent> events = new CopyOnWriteArrayList<>();

    @Override
    public void publish(ServerEvent event) {
        events.add(event);
    }

    /** All events, oldest first. */
    public List<ServerEvent> all() {
        return List.copyOf(events);
    }

    /** The events called {@code name}. */
    public List<ServerEvent> named(String name) {
        return events.stream().filter(event -> event.name().equals(name)).toList();
    }

    /** How many refusals of this kind there were. */
    public long refusals(Refusal refusal) {
        return events.stream().filter(event -> event.refusal() == refusal).count();
    }
}

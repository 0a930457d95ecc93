package xyz.dropsilk.server.testing;

import java.util.ArrayList;
import java.util.List;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;

/** Keeps all events in the order of their publishing. Safe on any thread. */
public final class CollectedEvents implements EventSink {
    private final List<ServerEvent> events = new ArrayList<>();

    @Override
    public synchronized void publish(ServerEvent event) {
        events.add(event);
    }

    /** The names of all so far. */
    public synchronized List<String> names() {
        return events.stream().map(ServerEvent::name).toList();
    }

    /** Those called {@code name}, so far. */
    public synchronized List<ServerEvent> named(String name) {
        return events.stream().filter(event -> event.name().equals(name)).toList();
    }

    /** Those that came since the last call. */
    public synchronized List<ServerEvent> take() {
        List<ServerEvent> taken = List.copyOf(events);
        events.clear();
        return taken;
    }
}

package xyz.dropsilk.server.testing;

import java.util.ArrayList;
import java.util.List;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;

/** Keeps all events in the order of their publishing, and waits for them. Safe on any thread. */
public final class CollectedEvents implements EventSink {
    private final List<ServerEvent> events = new ArrayList<>();

    @Override
    public synchronized void publish(ServerEvent event) {
        events.add(event);
    }

    /** All so far. */
    public synchronized List<ServerEvent> all() {
        return List.copyOf(events);
    }

    /** The names of all so far. */
    public List<String> names() {
        return all().stream().map(ServerEvent::eventName).toList();
    }

    /** Those called {@code name}, so far. */
    public List<ServerEvent> named(String name) {
        return all().stream().filter(event -> event.eventName().equals(name)).toList();
    }

    /** Those that came since the last call. */
    public synchronized List<ServerEvent> take() {
        List<ServerEvent> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** Waits until there are {@code count} called {@code name}; the last of them. */
    public ServerEvent await(String name, int count) {
        Await.until(name + " x " + count + ", seen: " + this, () -> named(name).size() >= count);
        return named(name).get(count - 1);
    }

    @Override
    public String toString() {
        return all().toString();
    }
}

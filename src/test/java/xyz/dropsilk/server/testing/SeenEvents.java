package xyz.dropsilk.server.testing;

import java.util.ArrayList;
import java.util.List;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;

/** Remembers events, and waits for them. */
public final class SeenEvents implements EventSink {
    private final List<ServerEvent> seen = new ArrayList<>();

    @Override
    public synchronized void publish(ServerEvent event) {
        seen.add(event);
    }

    /** All so far. */
    public synchronized List<ServerEvent> all() {
        return List.copyOf(seen);
    }

    /** Those called {@code name} so far. */
    public List<ServerEvent> named(String name) {
        return all().stream().filter(event -> event.name().equals(name)).toList();
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

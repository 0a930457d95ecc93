package xyz.dropsilk.server.event;

/** Where events go. Implementations are safe on any thread, never block and never throw. */
@FunctionalInterface
public interface EventSink {
    /** Takes one event. Called by event loops, so it costs no more than forming a line. */
    void publish(ServerEvent event);

    /** A sink that forgets. */
    static EventSink none() {
        return event -> {};
    }
}

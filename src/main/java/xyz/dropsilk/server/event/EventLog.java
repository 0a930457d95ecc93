package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/** Events as log lines: one JSON object each, handed on in UTF-8 with its line feed. Safe on any thread. */
public final class EventLog implements EventSink {
    private final Level threshold;
    private final InstantSource clock;
    private final List<Consumer<byte[]>> outputs;

    /** Lines for events of {@code threshold} and above; {@code outputs} must not block. */
    private EventLog(Level threshold, InstantSource clock, List<Consumer<byte[]>> outputs) {
        this.threshold = threshold;
        this.clock = clock;
        this.outputs = outputs;
    }

    /** A log into a ring and an output. */
    public static EventLog into(LogRing ring, StandardOutput output, Level threshold, InstantSource clock) {
        return new EventLog(threshold, clock, List.of(ring::add, output::write));
    }

    @Override
    public void publish(ServerEvent event) {
        if (event.level().compareTo(threshold) < 0) {
            return;
        }
        byte[] line = line(event, clock.instant());
        for (Consumer<byte[]> output : outputs) {
            output.accept(line);
        }
    }

    static byte[] line(ServerEvent event, Instant at) {
        try {
            return JsonLines.line(event, at);
        } catch (IOException | RuntimeException e) {
            return unprintable(event, at, e);
        }
    }

    /** An event that can't be written must not hurt whoever published it, and must be seen. */
    private static byte[] unprintable(ServerEvent event, Instant at, Exception cause) {
        return ("{\"timestamp\":\"" + at
                        + "\",\"level\":\"ERROR\",\"message\":\"system:error\",\"where\":\"log line of "
                        + event.eventName()
                        + "\",\"error\":\"" + cause.getClass().getName() + "\"}\n")
                .getBytes(UTF_8);
    }
}

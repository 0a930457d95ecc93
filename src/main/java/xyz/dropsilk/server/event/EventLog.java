package xyz.dropsilk.server.event;

import java.time.Instant;
import java.time.InstantSource;

/** Events as log lines, into the ring and standard output. Safe on any thread. */
public final class EventLog implements EventSink {
    private final LogRing ring;
    private final StandardOutput output;
    private final Level threshold;
    private final InstantSource clock;
    private final LineFormat json;
    private final LineFormat format;

    /**
     * What lines are like.
     *
     * @param threshold the level of the least of them
     * @param format on standard output
     * @param colors whether text has colours
     * @param addresses how clients' are written
     */
    public record Settings(Level threshold, LogFormat format, boolean colors, LogAddresses addresses) {}

    private EventLog(LogRing ring, StandardOutput output, Settings settings, InstantSource clock) {
        this.ring = ring;
        this.output = output;
        this.threshold = settings.threshold;
        this.clock = clock;
        FieldTexts texts = new FieldTexts(settings.addresses);
        json = new JsonLines(texts);
        format = settings.format == LogFormat.JSON ? json : new TextLines(texts, settings.colors);
    }

    /** A log into a ring and an output. */
    public static EventLog into(LogRing ring, StandardOutput output, Settings settings, InstantSource clock) {
        return new EventLog(ring, output, settings, clock);
    }

    @Override
    public void publish(ServerEvent event) {
        if (event.level().compareTo(threshold) < 0) {
            return;
        }
        Instant now = clock.instant();
        byte[] line = json.line(event, now);
        ring.add(line);
        output.write(format.equals(json) ? line : format.line(event, now));
    }
}

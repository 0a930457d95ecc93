package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Cut;

/** Events as log lines: one JSON object each, handed on in UTF-8 with its line feed. Safe on any thread. */
public final class EventLog implements EventSink {
    private static final JsonFactory JSON = new JsonFactory();

    /** Docker cuts lines of over 16 KiB, and a line that is cut is no JSON any more. */
    static final int MAX_LINE_BYTES = 16_000;

    private static final Size WHOLE = new Size(Integer.MAX_VALUE, Integer.MAX_VALUE);
    private static final Size[] CUTS = {new Size(2_000, 60), new Size(600, 20), new Size(200, 8), new Size(60, 3)};

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
        byte[] line;
        try {
            line = bounded(event);
        } catch (IOException | RuntimeException e) {
            line = unprintable(event, e);
        }
        for (Consumer<byte[]> output : outputs) {
            output.accept(line);
        }
    }

    /** An event that can't be written must not hurt whoever published it, and must be seen. */
    private byte[] unprintable(ServerEvent event, Exception cause) {
        return ("{\"timestamp\":\"" + clock.instant()
                        + "\",\"level\":\"ERROR\",\"message\":\"system:error\",\"where\":\"log line of " + event.name()
                        + "\",\"error\":\"" + cause.getClass().getName() + "\"}\n")
                .getBytes(UTF_8);
    }

    /** The whole event where a line can hold it, else as much of each text and list as it can. */
    private byte[] bounded(ServerEvent event) throws IOException {
        byte[] line = line(event, WHOLE);
        for (int i = 0; i < CUTS.length && line.length > MAX_LINE_BYTES; i++) {
            line = line(event, CUTS[i]);
        }
        if (line.length > MAX_LINE_BYTES) {
            throw new IOException("too long");
        }
        return line;
    }

    /** How much of an event is written: UTF-16 units of a text, items of a list. */
    private record Size(int units, int items) {}

    private byte[] line(ServerEvent event, Size size) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", clock.instant().toString());
            json.writeStringField("level", event.level().name());
            json.writeStringField("message", event.name());
            members(json, event.fields(), size);
            if (!size.equals(WHOLE)) {
                json.writeBooleanField("cut", true);
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return line.toByteArray();
    }

    private static void members(JsonGenerator json, Map<?, ?> members, Size size) throws IOException {
        for (Map.Entry<?, ?> member : members.entrySet()) {
            json.writeFieldName(String.valueOf(member.getKey()));
            value(json, member.getValue(), size);
        }
    }

    private static void value(JsonGenerator json, @Nullable Object value, Size size) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            members(json, map, size);
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object item : list.subList(0, Math.min(size.items, list.size()))) {
                value(json, item, size);
            }
            json.writeEndArray();
        } else if (value instanceof Double number) {
            json.writeNumber(number);
        } else if (value instanceof Number number) {
            json.writeNumber(number.longValue());
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else {
            json.writeString(Cut.toUnits(value.toString(), size.units));
        }
    }
}

package xyz.dropsilk.server.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.Cut;
import xyz.dropsilk.server.base.WellFormed;

/**
 * Events as one JSON object a line, in UTF-8 with its line feed. Whatever a field holds, the line is valid JSON and no longer than
 * {@value LineBuffer#MAX_BYTES} bytes. Stateless, safe on any thread.
 */
final class JsonLines {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonLines() {}

    /** The whole event where a line can hold it, else as much of each text, list and object as it can, marked by {@code cut}. */
    static byte[] line(ServerEvent event, Instant at) throws IOException {
        for (Size size : Size.FALLING) {
            try {
                return line(event, at, size);
            } catch (LineBuffer.TooLong e) {
                // the next size is smaller
            }
        }
        throw new IOException("too long");
    }

    private static byte[] line(ServerEvent event, Instant at, Size size) throws IOException {
        LineBuffer line = new LineBuffer();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", at.toString());
            json.writeStringField("level", event.level().name());
            json.writeStringField("message", event.eventName());
            members(json, event.fields(), size, 0);
            if (!size.equals(Size.WHOLE)) {
                json.writeBooleanField("cut", true);
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return line.toByteArray();
    }

    private static void members(JsonGenerator json, Map<?, ?> members, Size size, int depth) throws IOException {
        int left = size.items(depth);
        for (Map.Entry<?, ?> member : members.entrySet()) {
            if (left-- == 0) {
                return;
            }
            json.writeFieldName(text(member.getKey(), size));
            value(json, member.getValue(), size, depth + 1);
        }
    }

    private static void value(JsonGenerator json, @Nullable Object value, Size size, int depth) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            members(json, map, size, depth);
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object item : list.subList(0, Math.min(size.items(depth), list.size()))) {
                value(json, item, size, depth + 1);
            }
            json.writeEndArray();
        } else if (value instanceof Double number) {
            json.writeNumber(number);
        } else if (value instanceof Number number) {
            json.writeNumber(number.longValue());
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else {
            json.writeString(text(value instanceof InetAddress address ? IpAddress.text(address) : value, size));
        }
    }

    private static String text(@Nullable Object value, Size size) {
        return WellFormed.of(Cut.toUnits(String.valueOf(value), size.units()));
    }
}

package xyz.dropsilk.server.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events as one JSON object a line; one that is not whole has {@code "cut":true}. */
final class JsonLines extends LineFormat {
    private static final JsonFactory JSON = new JsonFactory();

    private final FieldTexts texts;

    JsonLines(FieldTexts texts) {
        this.texts = texts;
    }

    @Override
    void write(ServerEvent event, Instant at, Size size, OutputStream line) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", at.toString());
            json.writeStringField("level", event.level().name());
            json.writeStringField("message", event.eventName());
            new Values(json, at, size).members(event.fields(), 0);
            if (!size.isWhole()) {
                json.writeBooleanField("cut", true);
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private final class Values {
        private final JsonGenerator json;
        private final Instant at;
        private final Size size;

        Values(JsonGenerator json, Instant at, Size size) {
            this.json = json;
            this.at = at;
            this.size = size;
        }

        void members(Map<?, ?> members, int depth) throws IOException {
            int left = size.items(depth);
            for (Map.Entry<?, ?> member : members.entrySet()) {
                if (left-- == 0) {
                    return;
                }
                json.writeFieldName(String.valueOf(texts.of(String.valueOf(member.getKey()), at, size)));
                value(member.getValue(), depth + 1);
            }
        }

        private void value(@Nullable Object value, int depth) throws IOException {
            if (value == null) {
                json.writeNull();
            } else if (value instanceof Map<?, ?> map) {
                json.writeStartObject();
                members(map, depth);
                json.writeEndObject();
            } else if (value instanceof List<?> list) {
                json.writeStartArray();
                for (Object item : list.subList(0, Math.min(size.items(depth), list.size()))) {
                    value(item, depth + 1);
                }
                json.writeEndArray();
            } else if (value instanceof Double number) {
                json.writeNumber(number);
            } else if (value instanceof Number number) {
                json.writeNumber(number.longValue());
            } else if (value instanceof Boolean flag) {
                json.writeBoolean(flag);
            } else {
                json.writeString(texts.of(value, at, size));
            }
        }
    }
}

package xyz.dropsilk.server.event;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A refusal that stands for others of its kind: its line ends with {@code leftOut}, how many. */
record Sampled(ServerEvent event, long leftOut) implements ServerEvent {
    @Override
    public String eventName() {
        return event.eventName();
    }

    @Override
    public Level level() {
        return event.level();
    }

    @Override
    public Map<String, @Nullable Object> fields() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(event.fields());
        fields.put("leftOut", leftOut);
        return fields;
    }

    @Override
    public @Nullable Refusal refusal() {
        return event.refusal();
    }
}

package xyz.dropsilk.server.event;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that was refused to somebody. Its first field, {@code reason}, is the refusal's word in {@code /stats}. */
public interface RefusalEvent extends ServerEvent {
    @Override
    Refusal refusal();

    @Override
    default String eventName() {
        return refusal().eventName();
    }

    @Override
    default Level level() {
        return Level.WARN;
    }

    @Override
    default Map<String, @Nullable Object> fields() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("reason", refusal().reason());
        fields.putAll(Components.of(this));
        return fields;
    }
}

package xyz.dropsilk.server.event;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The components of records as fields of a log line. Looked up once a class; safe on any thread. */
final class Components {
    private static final double MILLIS_PER_SECOND = 1_000;

    private static final ClassValue<Method[]> ACCESSORS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
            List<Method> accessors = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                if (component.getType() != Refusal.class && component.getType() != Level.class) {
                    Method accessor = component.getAccessor();
                    accessor.setAccessible(true); // events may be private to their package
                    accessors.add(accessor);
                }
            }
            return accessors.toArray(new Method[0]);
        }
    };

    private Components() {}

    /** Those of {@code event}, a record, in their order; a {@link Refusal} or {@link Level} is no field. */
    static Map<String, @Nullable Object> of(ServerEvent event) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (Method accessor : ACCESSORS.get(event.getClass())) {
            Object value = read(accessor, event);
            if (value != null) {
                fields.put(accessor.getName(), plain(value));
            }
        }
        return fields;
    }

    private static @Nullable Object read(Method accessor, ServerEvent event) {
        try {
            return accessor.invoke(event);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("no event: " + event.getClass().getName(), e);
        }
    }

    private static Object plain(Object value) {
        if (value instanceof Duration time) {
            return time.toMillis() / MILLIS_PER_SECOND;
        }
        return value instanceof Throwable fault ? StackTraces.of(fault) : value;
    }
}

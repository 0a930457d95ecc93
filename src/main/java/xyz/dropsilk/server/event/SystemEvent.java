package xyz.dropsilk.server.event;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens to the server as a whole. */
public sealed interface SystemEvent extends ServerEvent {
    /** The server listens; {@code parts} says what is on and off, a field each. */
    record Startup(String version, int port, boolean production, Map<String, Object> parts) implements SystemEvent {
        @Override
        public String eventName() {
            return "system:startup";
        }

        @Override
        public Map<String, @Nullable Object> fields() {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("version", version);
            fields.put("port", port);
            fields.put("production", production);
            fields.putAll(parts);
            return fields;
        }
    }

    /** The server was asked to stop ({@code phase} is {@code begun}), or has stopped ({@code done}). */
    record Shutdown(String phase, int connections) implements SystemEvent {
        @Override
        public String eventName() {
            return "system:shutdown";
        }
    }

    /**
     * A drain has begun ({@code phase} is {@code begun}), for at most {@code seconds}, or is done, after them: how many clients are connected, and
     * how many of them it waits for, being in flights or rooms.
     */
    record Draining(String phase, Duration seconds, int connections, int inFlights, int inRooms)
            implements SystemEvent {
        @Override
        public String eventName() {
            return "system:draining";
        }
    }

    /** What the server has in hand, at intervals: {@code memory} as in {@code /stats}, {@code uptime} in seconds. */
    record Heartbeat(int connections, int flights, double uptime, Map<String, @Nullable Object> memory)
            implements SystemEvent {
        @Override
        public String eventName() {
            return "system:heartbeat";
        }
    }

    /** Something in the configuration, or in what it meets, is probably not meant so. */
    record ConfigWarning(String warning) implements SystemEvent {
        @Override
        public String eventName() {
            return "config:warning";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** A fault of our own or of a library: {@code where} it was seen, and its cause. */
    record Fault(String where, Throwable error) implements SystemEvent {
        @Override
        public String eventName() {
            return "system:error";
        }

        @Override
        public Level level() {
            return Level.ERROR;
        }
    }

    /** A library has something to say: {@code where} is its logger. */
    record Library(
            Level level,
            String where,
            String detail,
            @Nullable Throwable error) implements SystemEvent {
        @Override
        public String eventName() {
            return "system:error";
        }
    }

    /** Log lines are being lost from now on. */
    record LosingLines(String where) implements SystemEvent {
        @Override
        public String eventName() {
            return "system:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** Log lines are lost: standard output did not take them for some time, or memory for them was short. */
    record LinesDropped(
            String where, long linesDropped, @Nullable Duration seconds) implements SystemEvent {
        @Override
        public String eventName() {
            return "system:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }
}

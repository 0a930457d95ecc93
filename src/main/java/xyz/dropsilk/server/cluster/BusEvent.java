package xyz.dropsilk.server.cluster;

import java.time.Duration;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.ServerEvent;

/** What happens between the instances. */
sealed interface BusEvent extends ServerEvent {
    /**
     * Other instances can't be reached.
     *
     * @param reason why
     */
    record Away(String reason) implements BusEvent {
        @Override
        public String eventName() {
            return "bus:away";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /**
     * Other instances can be reached again.
     *
     * @param seconds how long they could not
     * @param attempts how often it was tried
     * @param undelivered what was lost meanwhile
     */
    record Back(Duration seconds, long attempts, long undelivered) implements BusEvent {
        @Override
        public String eventName() {
            return "bus:back";
        }
    }

    /**
     * Something that is for other instances can't be delivered, or something unreadable is in the engine.
     *
     * @param reason which, and why
     */
    record Failed(String reason) implements BusEvent {
        @Override
        public String eventName() {
            return "bus:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** What went wrong for {@code reason}, as told, does no more, after {@code seconds} in which it did {@code failures} times. */
    record Over(boolean over, String reason, Duration seconds, long failures) implements BusEvent {
        Over(String reason, Duration seconds, long failures) {
            this(true, reason, seconds, failures);
        }

        @Override
        public String eventName() {
            return "bus:error";
        }
    }
}

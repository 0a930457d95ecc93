package xyz.dropsilk.server.service;

import java.net.InetAddress;
import java.time.Duration;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.ServerEvent;

/** What happens to those who ask for the contact address. */
public sealed interface EmailEvent extends ServerEvent {
    /** Somebody at {@code ip} was told the contact address. */
    record Told(InetAddress ip) implements EmailEvent {
        @Override
        public String eventName() {
            return "email:request";
        }
    }

    /** Nobody was told it; {@code untold} failures before this one were not worth a line. */
    record Failed(String reason, long untold) implements EmailEvent {
        @Override
        public String eventName() {
            return "email:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** The verifier answers again, which it did not because of {@code reason}, after {@code seconds} in which {@code failures} requests failed. */
    record Over(boolean over, String reason, Duration seconds, long failures) implements EmailEvent {
        Over(String reason, Duration seconds, long failures) {
            this(true, reason, seconds, failures);
        }

        @Override
        public String eventName() {
            return "email:error";
        }
    }
}

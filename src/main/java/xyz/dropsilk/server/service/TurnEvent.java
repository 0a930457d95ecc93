package xyz.dropsilk.server.service;

import java.net.InetAddress;
import java.time.Duration;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.ServerEvent;

/** What happens to TURN credentials. */
public sealed interface TurnEvent extends ServerEvent {
    /** TURN credentials went to a client at {@code ip}. */
    record Issued(InetAddress ip) implements TurnEvent {
        @Override
        public String eventName() {
            return "turn:credentials_issued";
        }
    }

    /** The provider brought no credentials; {@code untold} failures before this one were not worth a line. */
    record Failed(String reason, long untold) implements TurnEvent {
        @Override
        public String eventName() {
            return "turn:error";
        }

        @Override
        public Level level() {
            return Level.WARN;
        }
    }

    /** The provider brings some again, which it did not because of {@code reason}, after {@code seconds} in which {@code failures} attempts failed. */
    record Over(boolean over, String reason, Duration seconds, long failures) implements TurnEvent {
        Over(String reason, Duration seconds, long failures) {
            this(true, reason, seconds, failures);
        }

        @Override
        public String eventName() {
            return "turn:error";
        }
    }
}

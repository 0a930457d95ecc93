package xyz.dropsilk.server.api;

import java.net.InetAddress;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.RefusalEvent;
import xyz.dropsilk.server.event.ServerEvent;

/** Somebody asked for the log. */
public sealed interface LogAccess extends ServerEvent {
    /** With its key. */
    record Granted(InetAddress ip, boolean granted) implements LogAccess {
        @Override
        public String eventName() {
            return "system:log_access";
        }
    }

    /** Without. */
    record Refused(InetAddress ip, boolean granted) implements LogAccess, RefusalEvent {
        @Override
        public Refusal refusal() {
            return Refusal.LOG_ACCESS;
        }
    }
}

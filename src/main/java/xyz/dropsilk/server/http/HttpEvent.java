package xyz.dropsilk.server.http;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.RefusalEvent;
import xyz.dropsilk.server.event.ServerEvent;

/** What happens to requests, besides refusals that need no word. */
public sealed interface HttpEvent extends ServerEvent {
    /**
     * A page of another origin, or a client that names none, asked for what only allowed origins get.
     *
     * @param ip who asked
     * @param origin cleaned and bounded, or null if none was named
     * @param hint what would let it in
     */
    record OriginRefused(InetAddress ip, @Nullable String origin, String hint) implements HttpEvent, RefusalEvent {
        @Override
        public Refusal refusal() {
            return Refusal.ORIGIN;
        }
    }

    /** A request to become a WebSocket is none that the protocol knows; {@code why} says what is wrong with it. */
    record HandshakeRefused(InetAddress ip, String why) implements HttpEvent, RefusalEvent {
        @Override
        public Refusal refusal() {
            return Refusal.HANDSHAKE;
        }
    }

    /** Somebody was given the log. */
    record LogGranted(InetAddress ip, boolean granted) implements HttpEvent {
        @Override
        public String eventName() {
            return "system:log_access";
        }
    }

    /** Somebody asked for the log without its key. */
    record LogRefused(InetAddress ip, boolean granted) implements HttpEvent, RefusalEvent {
        @Override
        public Refusal refusal() {
            return Refusal.LOG_ACCESS;
        }
    }
}

package xyz.dropsilk.server.flight;

import java.net.InetAddress;
import java.time.Duration;
import xyz.dropsilk.server.event.ServerEvent;

/** What clients do by themselves. How they are refused something is a {@link xyz.dropsilk.server.event.RefusalEvent}. */
public sealed interface ClientEvent extends ServerEvent {
    /** A client is connected. */
    record Connected(String id, InetAddress ip) implements ClientEvent {
        @Override
        public String eventName() {
            return "client:connected";
        }
    }

    /** A client gave its name, cleaned. */
    record RegisteredDetails(String id, String name) implements ClientEvent {
        @Override
        public String eventName() {
            return "client:registered_details";
        }
    }

    /**
     * A client is gone.
     *
     * @param closeCode of the close frame that began the end; 1005 for one without a code, 1006 where there was none
     * @param by who ended the connection: {@code client}, {@code server} or {@code network}
     * @param seconds since it came
     */
    record Disconnected(String id, InetAddress ip, int closeCode, String by, Duration seconds) implements ClientEvent {
        @Override
        public String eventName() {
            return "client:disconnected";
        }
    }
}

package xyz.dropsilk.server.ws;

import java.net.InetAddress;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.RefusalEvent;

/** A request to become a WebSocket is none that the protocol knows; {@code why} says what is wrong with it. */
record HandshakeRefused(InetAddress ip, String why) implements RefusalEvent {
    @Override
    public Refusal refusal() {
        return Refusal.HANDSHAKE;
    }
}

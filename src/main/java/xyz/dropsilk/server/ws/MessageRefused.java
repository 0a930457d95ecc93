package xyz.dropsilk.server.ws;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.RefusalEvent;

/** A message of the client {@code id} is malformed, or of a {@code type} that nobody knows, cleaned and cut; null for one that is malformed. */
record MessageRefused(InetAddress ip, String id, @Nullable String type) implements RefusalEvent {
    @Override
    public Refusal refusal() {
        return Refusal.INVALID_MESSAGE;
    }
}

package xyz.dropsilk.server.origin;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.RefusalEvent;

/**
 * A page of another origin, or a client that names none, asked for what only allowed origins get.
 *
 * @param ip who asked
 * @param origin cleaned and bounded, or null if none was named
 * @param hint what would let it in
 */
public record OriginRefused(InetAddress ip, @Nullable String origin, String hint) implements RefusalEvent {
    @Override
    public Refusal refusal() {
        return Refusal.ORIGIN;
    }
}

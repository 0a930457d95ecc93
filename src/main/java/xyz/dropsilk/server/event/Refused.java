package xyz.dropsilk.server.event;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A refusal with nothing to say but its reason.
 *
 * @param refusal what for
 * @param ip who was refused, or null where that is not known
 * @param id the client's, or null before it has one
 */
public record Refused(
        Refusal refusal, @Nullable InetAddress ip, @Nullable String id) implements RefusalEvent {
    /** To somebody who is no client. */
    public Refused(Refusal refusal, @Nullable InetAddress ip) {
        this(refusal, ip, null);
    }
}

package xyz.dropsilk.server.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;

/**
 * The connections that speak HTTP, WebSockets not among them, in order of arrival. Over {@link #MAX} the one that came first is closed: a flood
 * of silent ones costs bounded memory, and whoever comes and asks at once, a health check above all, is answered. Safe on any thread.
 */
final class HttpConnections {
    /** At up to 30 KB each, with an unfinished header, some 60 MB. A handshake is among them for milliseconds. */
    static final int MAX = 2_000;

    private final int max;
    private final EventSink events;

    @GuardedBy("this")
    private final Set<Channel> open = new LinkedHashSet<>();

    /** At most {@code max} at a time; {@code events} hears of those that had to go. */
    HttpConnections(int max, EventSink events) {
        this.max = max;
        this.events = events;
    }

    /** Adds {@code channel}, and closes the oldest if there are too many now. */
    void add(Channel channel) {
        Channel excess = null;
        synchronized (this) {
            open.add(channel);
            if (open.size() > max) {
                Iterator<Channel> oldest = open.iterator();
                excess = oldest.next();
                oldest.remove();
            }
        }
        if (excess != null) {
            excess.close();
            String ip =
                    excess.remoteAddress() instanceof InetSocketAddress peer ? IpAddress.text(peer.getAddress()) : "";
            events.publish(ServerEvent.refused(Refusal.HTTP_CONNECTIONS, ip, null));
        }
    }

    /** The channel is closed, or speaks HTTP no more. */
    synchronized void remove(Channel channel) {
        open.remove(channel);
    }
}

package xyz.dropsilk.server.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;

/**
 * The connections that speak HTTP, WebSockets not among them. Over the limit the one that has been idle longest is closed: a flood of silent ones
 * costs bounded memory, and whoever comes and asks at once, a health check above all, is answered. One whose request is under way is never closed
 * for another. Safe on any thread.
 */
final class HttpConnections {
    /**
     * The least limit. Pages poll on connections that they keep, as many as there may be WebSockets; an idle one costs some 2 KB, one with an
     * unfinished header up to 30 KB, which the memory budget counts. A handshake is among them for milliseconds.
     */
    static final int LEAST_MAX = 2_000;

    private final int max;
    private final EventSink events;

    @GuardedBy("this")
    private int open;

    /** Those without a request, the longest idle first. */
    @GuardedBy("this")
    private final Set<Channel> idle = new LinkedHashSet<>();

    /** Those that were chosen to make room, until they are gone or a request of theirs comes first. */
    @GuardedBy("this")
    private final Set<Channel> leaving = new HashSet<>();

    /** At most {@code max} at a time; {@code events} hears of those that had to go. */
    HttpConnections(int max, EventSink events) {
        this.max = max;
        this.events = events;
    }

    /** Adds {@code channel}; the longest idle one goes if there are too many now, the new one itself where all others are busy. */
    void add(Channel channel) {
        Channel excess;
        synchronized (this) {
            open++;
            idle.add(channel);
            excess = chooseExcess();
        }
        dismiss(excess);
    }

    /** A request of {@code channel} has come; if it was to go, another one goes for it. Called on the channel's loop. */
    void busy(Channel channel) {
        Channel excess = null;
        synchronized (this) {
            idle.remove(channel);
            if (leaving.remove(channel)) {
                excess = chooseExcess();
            }
        }
        dismiss(excess);
    }

    /** {@code channel} waits for its next request; it goes if there are too many and all others are busy. */
    void idle(Channel channel) {
        Channel excess;
        synchronized (this) {
            idle.add(channel);
            excess = chooseExcess();
        }
        dismiss(excess);
    }

    /** The channel, added once, is closed, or speaks HTTP no more. */
    synchronized void remove(Channel channel) {
        open--;
        idle.remove(channel);
        leaving.remove(channel);
    }

    @GuardedBy("this")
    private @Nullable Channel chooseExcess() {
        if (open - leaving.size() <= max || idle.isEmpty()) {
            return null;
        }
        Channel excess = idle.iterator().next();
        idle.remove(excess);
        leaving.add(excess);
        return excess;
    }

    /** On the loop of {@code excess}, where its requests arrive too: whichever is first decides. */
    private void dismiss(@Nullable Channel excess) {
        if (excess != null) {
            excess.eventLoop().execute(() -> leave(excess));
        }
    }

    private void leave(Channel channel) {
        synchronized (this) {
            if (!leaving.contains(channel)) {
                return; // busy again, or gone
            }
        }
        String ip = channel.remoteAddress() instanceof InetSocketAddress peer ? IpAddress.text(peer.getAddress()) : "";
        events.publish(ServerEvent.refused(Refusal.HTTP_CONNECTIONS, ip, null));
        channel.close();
    }
}

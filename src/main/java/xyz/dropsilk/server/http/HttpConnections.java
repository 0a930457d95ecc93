package xyz.dropsilk.server.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;

/**
 * The connections that speak HTTP, WebSockets not among them. Over the limit one that has been idle for long is closed: a flood of silent ones
 * costs bounded memory, and whoever comes and asks at once, a health check above all, is answered. One whose request is under way is never closed
 * for another. Safe on any thread.
 *
 * <p>Idle ones wait in a line. Whose turn it is and was used since it got in line goes to its end instead, as in the page replacement called
 * second chance, so that a request that is answered at once touches nothing that is shared.
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

    /** Those without a request. */
    @GuardedBy("this")
    private final Set<Place> idle = new LinkedHashSet<>();

    /** Those that were chosen to make room, until they are gone or a request of theirs comes first. */
    @GuardedBy("this")
    private final Set<Place> leaving = new HashSet<>();

    /** Whether each ends with the answer to its next request. */
    private volatile boolean ending;

    /** At most {@code max} at a time; {@code events} hears of those that had to go. */
    HttpConnections(int max, EventSink events) {
        this.max = max;
        this.events = events;
    }

    /** One connection's place. Its methods are called on the connection's loop. */
    final class Place {
        private final Channel channel;
        private boolean isIdle = true;

        /** Whether a request has come since the line was last looked at; a new connection is given the time to ask. */
        private volatile boolean used = true;

        private Place(Channel channel) {
            this.channel = channel;
        }

        /** A request has come, and is answered at once or {@link #busy}. */
        void used() {
            if (!used) {
                used = true;
            }
        }

        /** A request is under way: the connection stays. If it was to go, another one goes for it. */
        void busy() {
            if (isIdle) {
                isIdle = false;
                dismiss(HttpConnections.this.busy(this));
            }
        }

        /** The connection waits for its next request; it goes if there are too many and all others are busy. */
        void idle() {
            if (!isIdle) {
                isIdle = true;
                dismiss(HttpConnections.this.idle(this));
            }
        }

        /** Whether the connection ends with the answer to its next request. */
        boolean isEnding() {
            return ending;
        }

        /** The connection is closed, or speaks HTTP no more. Called once. */
        void leave() {
            remove(this);
        }
    }

    /** A place for {@code channel}; one that is idle goes if there are too many now, the new one itself where all others are busy. */
    Place enter(Channel channel) {
        Place place = new Place(channel);
        dismiss(add(place));
        return place;
    }

    /** From now on each ends with an answer. */
    void end() {
        ending = true;
    }

    private synchronized @Nullable Place add(Place place) {
        open++;
        idle.add(place);
        return chooseExcess();
    }

    private synchronized @Nullable Place busy(Place place) {
        idle.remove(place);
        return leaving.remove(place) ? chooseExcess() : null;
    }

    private synchronized @Nullable Place idle(Place place) {
        idle.add(place);
        return chooseExcess();
    }

    private synchronized void remove(Place place) {
        open--;
        idle.remove(place);
        leaving.remove(place);
    }

    @GuardedBy("this")
    private @Nullable Place chooseExcess() {
        if (open - leaving.size() <= max || idle.isEmpty()) {
            return null;
        }
        Place first = takeFirst();
        for (int looks = idle.size() + 1; first.used && looks > 0; looks--) {
            first.used = false;
            idle.add(first);
            first = takeFirst();
        }
        first.used = false;
        leaving.add(first);
        return first;
    }

    @GuardedBy("this")
    private Place takeFirst() {
        Iterator<Place> line = idle.iterator();
        Place first = line.next();
        line.remove();
        return first;
    }

    /** On the loop of {@code excess}, where its requests arrive too: whichever is first decides. */
    private void dismiss(@Nullable Place excess) {
        if (excess != null) {
            excess.channel.eventLoop().execute(() -> leave(excess));
        }
    }

    private void leave(Place excess) {
        Place goes = excess;
        synchronized (this) {
            if (!leaving.contains(excess)) {
                return; // busy again, or gone
            }
            if (excess.used) {
                leaving.remove(excess);
                idle.add(excess);
                goes = chooseExcess();
            }
        }
        if (goes != excess) {
            dismiss(goes);
            return;
        }
        Channel channel = excess.channel;
        InetAddress ip = channel.remoteAddress() instanceof InetSocketAddress peer ? peer.getAddress() : null;
        events.publish(new Refused(Refusal.HTTP_CONNECTIONS, ip));
        channel.close();
    }
}

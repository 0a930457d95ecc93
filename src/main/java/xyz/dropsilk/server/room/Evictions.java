package xyz.dropsilk.server.room;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which room gives way to a new one where there are as many as there may be: the one whose participants have all been unheard of longest, if that
 * is longer than silence. Looks through all rooms only now and then, however often it is asked. Safe on any thread.
 */
final class Evictions {
    /** Rooms remembered of one look through all of them. */
    private static final int MAX_CANDIDATES = 256;

    /** Between two looks that found nothing: nanoseconds. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(250);

    private final RoomBook book;
    private final long silenceNanos;

    @GuardedBy("this")
    private final Deque<KeptRoom> candidates = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean pausing;

    @GuardedBy("this")
    private long pauseEnds;

    /** Candidates among the rooms of {@code book}. */
    Evictions(RoomBook book, Duration silence) {
        this.book = book;
        this.silenceNanos = silence.toNanos();
    }

    /** The room to give way at {@code now}, ticker nanoseconds; null if none does. */
    synchronized @Nullable KeptRoom next(long now) {
        KeptRoom known = nextKnown(now);
        if (known != null || (pausing && now - pauseEnds < 0)) {
            return known;
        }
        look(now);
        pausing = candidates.isEmpty();
        pauseEnds = now + PAUSE;
        return nextKnown(now);
    }

    @GuardedBy("this")
    private @Nullable KeptRoom nextKnown(long now) {
        for (KeptRoom room = candidates.pollFirst(); room != null; room = candidates.pollFirst()) {
            if (book.find(room.state().room().code()) == room && isDue(room.state(), now)) {
                return room;
            }
        }
        return null;
    }

    @GuardedBy("this")
    private void look(long now) {
        List<KeptRoom> due = new ArrayList<>();
        book.forEach(room -> {
            if (isDue(room.state(), now)) {
                due.add(room);
            }
        });
        due.sort(Comparator.comparingLong(room -> room.state().heardAt(now) - now));
        candidates.addAll(due.subList(0, Math.min(MAX_CANDIDATES, due.size())));
    }

    /** Whether all participants have been unheard of for longer than silence. */
    boolean isDue(KeptRoom.State state, long now) {
        return now - state.heardAt(now) > silenceNanos;
    }
}

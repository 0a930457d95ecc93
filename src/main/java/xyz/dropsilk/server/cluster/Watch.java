package xyz.dropsilk.server.cluster;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which instances are dead, judged by this one on its own unbroken observation alone: leases in the engine would declare everybody dead whenever the
 * engine has been away. Confined to its owner's thread.
 */
final class Watch {
    /** Whoever has not counted on for so long, while this instance looked, is dead. */
    static final long DEAD_NANOS = TimeUnit.SECONDS.toNanos(8);

    /** After a gap of this length between two looks all observation begins anew. */
    static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** What is known of no instance is removed after it, by whoever sees it. */
    static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Hears the judgements. */
    interface Listener {
        /** {@code stopped} if it said so, and was not cut off or killed. */
        void died(String home, boolean stopped);

        void lives(String home);

        /** It has been dead for so long that nobody needs to know of it any more. */
        void isForgotten(String home);
    }

    private static final class Seen {
        String state = "";
        boolean stopped;
        long since;
    }

    private final String self;
    private final Listener listener;
    private final Tally tally;
    private final Map<String, Seen> seen = new LinkedHashMap<>();
    private final Set<String> dead = new HashSet<>();
    private long lastLook;
    private boolean looked;

    /** Of the instance {@code self}; what others say of themselves and can't be read is counted by {@code tally}. */
    Watch(String self, Listener listener, Tally tally) {
        this.self = self;
        this.listener = listener;
        this.tally = tally;
    }

    /**
     * At {@code now} all instances say of themselves what is in {@code instances}.
     *
     * @param partners instances that clients here have to do with, whether they say anything or not
     */
    void look(Map<String, String> instances, Set<String> partners, long now) {
        if (!looked || now - lastLook > GAP_NANOS) {
            seen.values().forEach(each -> each.since = now);
        }
        looked = true;
        lastLook = now;
        Set<String> all = new TreeSet<>(instances.keySet());
        all.addAll(partners);
        all.remove(self);
        for (String home : all) {
            look(home, instances.get(home), now);
        }
        List.copyOf(seen.keySet()).stream().filter(home -> !all.contains(home)).forEach(this::isGone);
    }

    private void look(String home, @Nullable String state, long now) {
        Seen known = seen.get(home);
        if (known == null) {
            known = new Seen();
            known.since = now;
            known.state = state == null ? "" : state;
            seen.put(home, known);
            if (says(known)) {
                die(home);
            }
            return;
        }
        if (state != null && !state.equals(known.state)) {
            known.state = state;
            known.since = now;
            if (says(known)) {
                die(home);
            } else if (dead.remove(home)) {
                listener.lives(home);
            }
            return;
        }
        // An entry that is missing is one that stands still: the engine may be new, and whoever lives says so in time.
        if (now - known.since >= DEAD_NANOS) {
            die(home);
        }
        if (state != null && now - known.since >= FORGET_NANOS) {
            listener.isForgotten(home);
        }
    }

    /** Something that {@code home} said came at {@code now}: it lives, whatever was thought. One that has stopped said so behind all else. */
    void heardOf(String home, long now) {
        Seen known = seen.get(home);
        if (known == null || known.stopped) {
            return;
        }
        known.since = now;
        if (dead.remove(home)) {
            listener.lives(home);
        }
    }

    private void die(String home) {
        if (dead.add(home)) {
            Seen last = seen.get(home);
            listener.died(home, last != null && last.stopped);
        }
    }

    private void isGone(String home) {
        seen.remove(home);
        if (dead.remove(home)) {
            listener.lives(home); // of which nothing is left: its inbox is gone, so nobody joins anybody there
        }
    }

    /** Reads what {@code known} says anew: whether it has stopped. */
    private boolean says(Seen known) {
        known.stopped = false;
        if (!known.state.isEmpty()) {
            try {
                known.stopped =
                        LetterJson.json(known.state).path("state").asText().equals("stopped");
            } catch (IllegalArgumentException e) {
                tally.garbage("an instance's state");
            }
        }
        return known.stopped;
    }
}

package xyz.dropsilk.server.cluster;

import xyz.dropsilk.server.event.EventSink;

/** What went wrong with what is shared, counted since the start and told to operators. Safe on any thread, but for {@link #look}. */
final class Tally {
    private final Mishap undelivered = new Mishap();
    private final Mishap garbage = new Mishap();

    /** So many signals or other letters can't be delivered because of {@code why}. */
    void undelivered(int count, String why) {
        undelivered.happened(count, why);
    }

    /** What was read in {@code where} no instance has written. */
    void garbage(String where) {
        garbage.happened(1, "unreadable: " + where);
    }

    long undelivered() {
        return undelivered.count();
    }

    long garbageRead() {
        return garbage.count();
    }

    /** Tells {@code events} what has begun and what is over at {@code now}, in nanoseconds. The cluster's thread. */
    void look(EventSink events, long now) {
        undelivered.look(events, now);
        garbage.look(events, now);
    }
}

package xyz.dropsilk.server.flight;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.Listed;
import xyz.dropsilk.server.protocol.NetworkView;

/** The clients of one network group. Mutable, guarded by the registry's lock but for {@link #shownAt}; lives while it has a member. */
final class Network {
    final NetworkKey key;

    /** All members, those in full flights too. */
    int size;

    /** Those who see others and are seen, in order of arrival. */
    final List<Member> visible = new ArrayList<>(1);

    /** How lists name the {@link #visible}, by the same index: a view is a copy of this, made in one go. */
    final List<Listed> listed = new ArrayList<>(1);

    /** Those who can be seen on other instances, in order of arrival, by instance. */
    Map<String, Elsewhere> elsewhere = Map.of();

    /** Whether other instances have not been told how it looks here now. */
    boolean unpublished;

    /** Those who came a moment ago, in order of arrival: they see others, and are seen from their network's next round on. */
    final Deque<Member> arriving = new ArrayDeque<>(1);

    /** The view of those now visible, or null since they changed. */
    @Nullable
    NetworkView view;

    /** Whether something changed among the visible that not all of them have been shown. */
    boolean changed;

    /** Whether {@link Presence} has a round for this network in hand or in plan. */
    boolean due;

    /** When the last round ended, by the ticker: nanoseconds. Written by the presence timer alone. */
    volatile long shownAt;

    /**
     * What another instance has told.
     *
     * @param listed those who can be seen there, in order of arrival
     * @param toldAt when: ticker nanoseconds
     */
    record Elsewhere(List<Listed> listed, long toldAt) {}

    Network(NetworkKey key, long shownAt) {
        this.key = key;
        this.shownAt = shownAt;
    }
}

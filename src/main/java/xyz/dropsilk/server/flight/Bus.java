package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Decision;
import xyz.dropsilk.server.rules.Entry;

/**
 * The way to other instances, and to the records that all share. What is asked here is answered by calls of {@link Gateway}. Methods only append to
 * one queue, in bounded time, and never call back: most are called under the registry's lock, so that what is decided first leaves first.
 */
public interface Bus {
    /** What the ids of this instance's clients begin with: {@link #HOME_LENGTH} characters of {@code [0-9a-z]}, new with each start. */
    String home();

    /** Characters of an instance's id. */
    int HOME_LENGTH = 8;

    /** The instance that the client {@code id} is on. */
    static String homeOf(String id) {
        return id.substring(0, Math.min(HOME_LENGTH, id.length()));
    }

    /** How long a room lives of which nobody is heard. */
    Duration roomLives();

    /** Asks what lives under {@code code}, for the commit {@code id}. */
    void read(String id, String code);

    /** Asks what lives under {@code code}, to compare it with what this instance believes. */
    void check(String code);

    /**
     * Asks, as {@code id}, what the room under {@code code} is, and how long ago its participants were last heard of. Not in one order with what is
     * proposed.
     *
     * @param participants who is heard of by that, by public ids
     * @param known the version that this instance knows; empty for none
     */
    void hear(String id, String code, List<String> participants, String known);

    /** Has a decision come true if the record still is what it was decided on. */
    void propose(Proposal proposal);

    /** Asks to be told once this instance has read all that it was told until now, for the commit {@code id}. */
    void mark(String id);

    /** Sends a signal to the client {@code to} of another instance; false where it can't wait any more. Any thread. */
    boolean relay(String to, long pairing, byte[] message, int from, int length);

    /** Invites the client {@code to} of another instance, in the name of one of {@code network}. */
    void invite(String to, NetworkKey network, String code, User from);

    /** Somebody of {@code network} is here. */
    void watch(NetworkKey network);

    /** Nobody of {@code network} is here any more. */
    void unwatch(NetworkKey network);

    /** Tells other instances whom they may show of {@code network}, as it is when it is told: an older view must not come behind a newer one. */
    void publish(NetworkKey network);

    /** Signals of a pairing that is spread over instances were more than it may send: one was dropped. Any thread. */
    void overRate();

    /**
     * A decision that is to come true.
     *
     * @param id of the commit; the same through every retry
     * @param code what the record lives under
     * @param before what it was decided on; null for nothing
     * @param expected the version of that; empty for none
     * @param version the version that it has then
     * @param decision what was decided
     * @param concerned the instances that hear of it
     * @param required those of them without which it must not happen
     */
    record Proposal(
            String id,
            String code,
            @Nullable Entry before,
            String expected,
            String version,
            Decision decision,
            Set<String> concerned,
            Set<String> required) {
        /** What lives under the code then. */
        public @Nullable Entry next() {
            return decision.next();
        }
    }
}

package xyz.dropsilk.server.flight;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.UsersList;

/**
 * What the registry needs of a client of this instance.
 *
 * <p>{@code send}, {@code show}, {@code admit} and {@code link} are called under the registry's lock, or where only this client is concerned by
 * its own session. They only append or set, in bounded time; they never throw and never call back. What they appended leaves in the order of the
 * calls once {@code flush} is called, without the lock. All methods are safe on any thread.
 */
public interface Peer extends SignalSink {
    /** The number that admits no pairing. */
    long NO_PAIRING = 0;

    /** The id that others see: 12 or more characters of {@code [0-9a-z]}, unguessable, never used twice. */
    String id();

    /** Where the client is, for the story of its flight. */
    InetAddress address();

    /** The network it shares with those it sees. */
    NetworkKey network();

    /** Whether others may see it: a client that is not discoverable sees nobody and is in nobody's list. */
    boolean discoverable();

    /** Appends a message. */
    void send(ServerMessage message);

    /** Appends a message, and the empty list of a full flight right behind it: a list that still waits is dropped, and none comes between the two. */
    void sendThenEmptyList(ServerMessage message);

    /** Makes {@code list} the next one to leave, in place of one that still waits; nothing leaves if it equals the last that did, unless it is empty. */
    void show(UsersList list);

    /**
     * Lets signals of the pairing with this number in behind what was appended so far, and those of any other no more; {@link #NO_PAIRING} for
     * none.
     */
    void admit(long pairing);

    /** Where this client's own signals go from now on; null for nowhere. */
    void link(@Nullable Link link);

    /** Closes the socket, since another one took its place in its room. Called without the registry's lock. */
    void replaced();

    /**
     * Closes the socket, since the server is about to stop, unless the client takes part in something by then. Called without the registry's lock.
     */
    void dismissed();

    /**
     * Where a client's signals go.
     *
     * @param to the other member of its pairing
     * @param pairing the number of that pairing
     * @param signals counts those that were let in, for the story and the figures
     * @param ofOlder whether the client is the one of the two that came first
     */
    record Link(SignalSink to, long pairing, Signals signals, boolean ofOlder) {
        /** A signal of {@code bytes} bytes was let in. */
        public void count(int bytes) {
            signals.count(pairing, ofOlder, bytes);
        }
    }
}

package xyz.dropsilk.server.flight;

/** Where signals go: the other client of a pairing, on this instance or on another one. Safe on any thread. */
public interface SignalSink {
    /**
     * Appends a signal: {@code length} bytes of {@code message} from {@code from} on, borrowed for the call. Dropped silently unless {@code
     * pairing} is the one admitted. Called by the sender's session, without the registry's lock.
     *
     * @return whether it was let in
     */
    boolean relay(long pairing, byte[] message, int from, int length);

    /**
     * The same as {@link #relay} with a signal that was read at {@code readAt}, ticker nanoseconds: whoever writes it measures how long that took,
     * if it can.
     */
    default boolean relayTimed(long pairing, byte[] message, int from, int length, long readAt) {
        return relay(pairing, message, from, length);
    }

    /** Sends what was appended. Called without the registry's lock. */
    void flush();
}

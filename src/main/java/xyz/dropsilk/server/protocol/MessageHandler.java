package xyz.dropsilk.server.protocol;

import org.jspecify.annotations.Nullable;

/** What a client can say: one method a message, called by {@link MessageReader} on the session's loop. */
public interface MessageHandler {
    /** {@code register-details}; {@code name} as sent, null if it is absent or no string. */
    void registerDetails(@Nullable String name);

    /** {@code create-flight}. */
    void createFlight();

    /** {@code join-flight}; {@code flightCode} as sent, null if it is absent or no string. */
    void joinFlight(@Nullable String flightCode);

    /** {@code invite-to-flight}; both as sent. */
    void inviteToFlight(String inviteeId, String flightCode);

    /** {@code attach-room}; the channel is {@code transfer} where the message names none, all else as sent. */
    void attachRoom(String roomCode, String participantId, String channel);

    /**
     * {@code signal}. {@code bytes} from {@code from} to {@code to} (exclusive) hold the whole message for the peer, the sender's
     * {@code data} in it byte for byte. Borrowed: the bytes are written over once this returns.
     */
    void signal(byte[] bytes, int from, int to);
}

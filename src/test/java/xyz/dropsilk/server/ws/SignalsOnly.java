package xyz.dropsilk.server.ws;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.MessageHandler;

/** A client that sends signals and nothing else. */
interface SignalsOnly extends MessageHandler, FrameReader.Listener {
    private static IllegalStateException unexpected() {
        return new IllegalStateException("a signal was sent");
    }

    @Override
    default void text(byte[] bytes, int from, int to) {
        throw unexpected();
    }

    @Override
    default void binary() {
        throw unexpected();
    }

    @Override
    default void ping(byte[] bytes, int from, int to) {
        throw unexpected();
    }

    @Override
    default void pong() {
        throw unexpected();
    }

    @Override
    default boolean admits() {
        return true;
    }

    @Override
    default void closeReceived(int code) {
        throw unexpected();
    }

    @Override
    default void violated(CloseCode code) {
        throw unexpected();
    }

    @Override
    default void registerDetails(@Nullable String name) {
        throw unexpected();
    }

    @Override
    default void createFlight() {
        throw unexpected();
    }

    @Override
    default void joinFlight(@Nullable String flightCode) {
        throw unexpected();
    }

    @Override
    default void inviteToFlight(String inviteeId, String flightCode) {
        throw unexpected();
    }

    @Override
    default void attachRoom(String roomCode, String participantId, String channel) {
        throw new IllegalStateException("only signals are sent");
    }
}

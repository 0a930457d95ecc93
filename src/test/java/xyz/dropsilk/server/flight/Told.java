package xyz.dropsilk.server.flight;

import java.util.Arrays;
import java.util.stream.Collectors;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract's messages to clients, spelled a second time, so that tests do not ask the code under test. */
final class Told {
    static final String NOBODY = list();
    static final String PEER_LEFT = "{\"type\":\"peer-left\"}";
    static final String ALREADY_IN_FLIGHT = error("Already in a flight", "already_in_flight");
    static final String NOT_FOUND = error("Flight not found or full", "flight_not_found");
    static final String TOO_MANY_ATTEMPTS = error("Too many attempts, try again later", "rate_limited");

    private Told() {}

    static String registered(RecordingPeer peer) {
        return "{\"type\":\"registered\",\"id\":\"" + peer.id() + "\"}";
    }

    /** A list of {@code users}, each from {@link #user}. */
    static String list(String... users) {
        return Arrays.stream(users)
                .collect(Collectors.joining(",", "{\"type\":\"users-on-network-update\",\"users\":[", "]}"));
    }

    static String user(RecordingPeer peer, String name) {
        return "{\"id\":\"" + peer.id() + "\",\"name\":\"" + name + "\"}";
    }

    static String user(RecordingPeer peer) {
        return user(peer, "Anonymous");
    }

    static String flightCreated(String code) {
        return "{\"type\":\"flight-created\",\"flightCode\":\"" + code + "\"}";
    }

    static String peerJoined(String code, String user, String connectionType) {
        return "{\"type\":\"peer-joined\",\"flightCode\":\"" + code + "\",\"peer\":" + user + ",\"connectionType\":\""
                + connectionType + "\"}";
    }

    static String invitation(String code, String name) {
        return "{\"type\":\"flight-invitation\",\"flightCode\":\"" + code + "\",\"fromName\":\"" + name + "\"}";
    }

    static String signal(String data) {
        return RecordingPeer.signalOf(data);
    }

    static boolean isList(String message) {
        return message.startsWith("{\"type\":\"users-on-network-update\"");
    }

    private static String error(String sentence, String code) {
        return "{\"type\":\"error\",\"message\":\"" + sentence + "\",\"code\":\"" + code + "\"}";
    }
}

package xyz.dropsilk.server.protocol;

/**
 * What a client can do wrong, with the sentence and the stable code it is told. The web app shows its start screen on any of them, so
 * none is ever sent for a harmless race.
 */
public enum Problem {
    INVALID_MESSAGE("invalid_message", "Invalid message format"),
    UNKNOWN_TYPE("unknown_type", "Unknown message type"),
    INVALID_NAME("invalid_name", "Invalid name"),
    INVALID_FLIGHT_CODE("invalid_flight_code", "Invalid flight code"),
    ALREADY_IN_FLIGHT("already_in_flight", "Already in a flight"),
    TOO_MANY_ATTEMPTS("rate_limited", "Too many attempts, try again later"),
    FLIGHT_NOT_FOUND("flight_not_found", "Flight not found or full"),
    ROOM_NOT_FOUND("room_not_found", "Room not found or expired"),
    TOO_MANY_MESSAGES("rate_limited", "Too many messages, slow down");

    private final String code;
    private final String sentence;

    Problem(String code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /** The machine-readable word. */
    public String code() {
        return code;
    }

    /** What the page shows. */
    public String sentence() {
        return sentence;
    }

    /** The {@code error} message. */
    public ServerMessage message() {
        return ServerMessage.error(code, sentence);
    }
}

package xyz.dropsilk.server.event;

/** Why something was refused: what {@code /stats} counts, and operators read in sampled events. */
public enum Refusal {
    ORIGIN("origin", "http:error"),
    SERVER_FULL("server_full", "http:error"),
    NETWORK_FULL("network_full", "http:error"),
    DRAINING("draining", "http:error"),
    HANDSHAKE("handshake", "http:error"),
    BAD_REQUEST("bad_request", "http:error"),
    REQUEST_TIMEOUT("request_timeout", "http:error"),
    BODY_TOO_LARGE("body_too_large", "http:error"),
    HTTP_CONNECTIONS("http_connections", "http:error"),
    API_RATE("api_rate", "http:error"),
    LOG_ACCESS("log_access", "system:log_access"),
    METRICS_ACCESS("metrics_access", "http:error"),
    INVALID_MESSAGE("invalid_message", "client:error"),
    MESSAGE_RATE("message_rate", "client:error"),
    MESSAGE_TOO_BIG("message_too_big", "client:error"),
    MESSAGE_TOO_SLOW("message_too_slow", "client:error"),
    INVALID_TEXT("invalid_text", "client:error"),
    PROTOCOL_ERROR("protocol_error", "client:error"),
    SLOW_READER("slow_reader", "client:error"),
    MEMORY("memory", "client:error"),
    DEAD("dead", "client:error"),
    INVITATION("invitation", "flight:error"),
    WRONG_CODE("wrong_code", "flight:error"),
    JOIN_RATE("join_rate", "flight:error"),
    ROOM_RATE("room_rate", "room:error"),
    ROOMS("rooms", "room:error");

    private final String reason;
    private final String eventName;

    Refusal(String reason, String eventName) {
        this.reason = reason;
        this.eventName = eventName;
    }

    /** The word in {@code /stats}. */
    public String reason() {
        return reason;
    }

    /** Whether many of them are told in a sample; every access to the log is told (the contract, 2). */
    boolean isSampled() {
        return this != LOG_ACCESS;
    }

    String eventName() {
        return eventName;
    }
}

package xyz.dropsilk.server.ws;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.event.Refusal;

/** Why the server closes a connection: the code (RFC 6455, 7.4.1, and IANA's registry), and what is counted. */
enum CloseCode {
    NORMAL(1000, "", CloseCause.SHUTDOWN, null),
    REPLACED(1000, "Replaced", CloseCause.REPLACED, null),
    SERVER_SHUTDOWN(1001, "Server shutdown", CloseCause.SHUTDOWN, null),
    PROTOCOL_ERROR(1002, "Protocol error", CloseCause.PROTOCOL_ERROR, Refusal.PROTOCOL_ERROR),
    INVALID_TEXT(1007, "Text is not valid UTF-8", CloseCause.INVALID_TEXT, Refusal.INVALID_TEXT),
    POLICY(1008, "Too many messages", CloseCause.MESSAGE_RATE, Refusal.MESSAGE_RATE),
    TOO_SLOW(1008, "A message took too long", CloseCause.MESSAGE_TOO_SLOW, Refusal.MESSAGE_TOO_SLOW),
    TOO_BIG(1009, "Message too big", CloseCause.MESSAGE_TOO_BIG, Refusal.MESSAGE_TOO_BIG),
    SERVICE_RESTART(1012, "Service restart", CloseCause.SHUTDOWN, null),
    SERVER_ERROR(1011, "Internal error", CloseCause.SERVER_ERROR, null),
    SLOW_READER(1013, "Too much unread", CloseCause.SLOW_READER, Refusal.SLOW_READER),
    OUT_OF_MEMORY(1013, "The server is short of memory", CloseCause.MEMORY, Refusal.MEMORY);

    final int number;
    final String reason;
    final CloseCause cause;
    final @Nullable Refusal refusal;

    CloseCode(int number, String reason, CloseCause cause, @Nullable Refusal refusal) {
        this.number = number;
        this.reason = reason;
        this.cause = cause;
        this.refusal = refusal;
    }
}

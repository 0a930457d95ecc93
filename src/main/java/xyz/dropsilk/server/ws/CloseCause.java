package xyz.dropsilk.server.ws;

import java.util.Locale;

/** Why a connection ended, as it is counted. */
enum CloseCause {
    /** The client closed it. */
    CLIENT,
    /** It broke, or the client's end of it vanished. */
    LOST,
    /** The client answered no ping. */
    DEAD,
    /** Another socket took its place in its room. */
    REPLACED,
    SHUTDOWN,
    PROTOCOL_ERROR,
    INVALID_TEXT,
    MESSAGE_RATE,
    MESSAGE_TOO_SLOW,
    MESSAGE_TOO_BIG,
    SERVER_ERROR,
    SLOW_READER,
    MEMORY;

    /** The label's value. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

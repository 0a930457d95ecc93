package xyz.dropsilk.server.rules;

/** What lives under a code: a code is a flight's or a room's, never both. Immutable. */
public sealed interface Entry permits Flight, Room {
    /** The code, in upper case. */
    String code();

    /** What has happened so far. */
    Story story();
}

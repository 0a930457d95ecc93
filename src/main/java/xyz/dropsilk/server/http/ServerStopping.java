package xyz.dropsilk.server.http;

/** The event that tells each connection, through its pipeline, to finish what it has in hand and close. */
public enum ServerStopping {
    EVENT
}

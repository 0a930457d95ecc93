package xyz.dropsilk.server.http;

import java.time.Duration;

/**
 * The event that tells each connection, through its pipeline, to finish what it has in hand and close.
 *
 * @param patience how long that may take until the connection is cut
 */
public record ServerStopping(Duration patience) {}

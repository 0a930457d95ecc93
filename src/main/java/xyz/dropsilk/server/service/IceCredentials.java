package xyz.dropsilk.server.service;

import java.time.Duration;
import java.time.Instant;

/**
 * TURN credentials as a page is given them. A value.
 *
 * @param iceServers the JSON array of that name, secrets included
 * @param madeAt when they were made or asked for, from which their time counts
 * @param lifetime how long they are good for; a connection over the relay ends with them
 */
public record IceCredentials(String iceServers, Instant madeAt, Duration lifetime) {
    /** How long they are good for at {@code now}; not at all by a clock that was put back, since nobody knows then. */
    public Duration left(Instant now) {
        Duration age = Duration.between(madeAt, now);
        return age.isNegative() || age.compareTo(lifetime) >= 0 ? Duration.ZERO : lifetime.minus(age);
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "[credentials of " + madeAt + "]";
    }
}

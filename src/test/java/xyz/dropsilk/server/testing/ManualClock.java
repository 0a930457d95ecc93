package xyz.dropsilk.server.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A time of day that moves only when told to. */
public final class ManualClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

    @Override
    public Instant instant() {
        return now;
    }

    /** Lets {@code time} pass. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // moved by the test's own thread alone
    public void pass(Duration time) {
        now = now.plus(time);
    }
}

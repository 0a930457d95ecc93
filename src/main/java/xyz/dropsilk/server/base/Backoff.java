package xyz.dropsilk.server.base;

import java.time.Duration;

/** Pauses between attempts, each twice as long as the one before, up to a longest. Confined to its owner. */
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private Duration next;

    /** Pauses from {@code first} to {@code longest}. */
    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /** The pause before the next attempt. */
    public Duration next() {
        Duration pause = next;
        Duration longer = pause.multipliedBy(2);
        next = longer.compareTo(longest) < 0 ? longer : longest;
        return pause;
    }

    /** An attempt succeeded: the next pause is the first one again. */
    public void reset() {
        next = first;
    }
}

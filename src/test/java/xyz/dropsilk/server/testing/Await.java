package xyz.dropsilk.server.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions instead of for times. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SOON = Duration.ofMillis(2);

    private Await() {}

    /** Returns once {@code condition} holds; fails, naming {@code what}, if it does not come to. */
    public static void until(String what, BooleanSupplier condition) {
        until(what, SOON, condition);
    }

    /** The same for a {@code condition} that may not be looked at as often as one can: with {@code pause} between two looks. */
    public static void until(String what, Duration pause, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what);
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }
}

package xyz.dropsilk.server.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all requests together may hold in bodies: plain HTTP has no limit of connections, so without this some hundred unfinished bodies of the
 * largest size would end a small instance. Real bodies are small and gone in a moment. Safe on any thread.
 */
final class BodyBudget {
    /** A sixteenth of the heap: a body takes up to three times its size while it grows and is copied. */
    private static final int SHARE = 16;

    private final long maxBytes;
    private final AtomicLong held = new AtomicLong();

    BodyBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    static BodyBudget ofThisProcess() {
        return new BodyBudget(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** Takes {@code bytes} if they are left. What was taken must be given back. */
    boolean take(int bytes) {
        if (held.addAndGet(bytes) <= maxBytes) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void giveBack(int bytes) {
        held.addAndGet(-bytes);
    }
}

package xyz.dropsilk.server.limit;

/** How many wrong codes somebody may still name: a client on its connection, or whoever asks over HTTP. */
public interface CodeTries {
    /** Whether a code may be tried now; false, for right codes too, while the allowance is spent. */
    boolean mayTry();

    /** A tried code was wrong. May publish an event, so never called under a lock. */
    void failed();
}

package xyz.dropsilk.server.cluster;

/** The engine did not do what it was asked. Its message is fit for an operator's eyes. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean lost;

    private EngineException(String message, boolean lost) {
        super(message, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.lost = lost;
    }

    /** The connection broke: whether it was done, nobody knows. */
    public static EngineException lost(String reason) {
        return new EngineException(reason, /* lost= */ true);
    }

    /** The engine refused it: nothing happened. */
    public static EngineException refused(String reason) {
        return new EngineException(reason, /* lost= */ false);
    }

    /** Whether nobody knows if it was done. */
    public boolean isLost() {
        return lost;
    }
}

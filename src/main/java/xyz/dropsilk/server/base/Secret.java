package xyz.dropsilk.server.base;

/**
 * A value that no log line, error text or string concatenation can show by accident. Immutable, safe on any thread.
 */
public final class Secret {
    private final String value;

    /** Wraps {@code value}, which is kept as it is. */
    public Secret(String value) {
        this.value = value;
    }

    /** The value itself. The one way out, so that every use can be found by its name. */
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}

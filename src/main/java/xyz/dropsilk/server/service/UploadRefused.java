package xyz.dropsilk.server.service;

import org.jspecify.annotations.Nullable;

/** A request that the upload protocol answers with an error. Expected, so it has no stack trace. */
public final class UploadRefused extends Exception {
    private final int status;
    private final @Nullable String text;

    private UploadRefused(int status, @Nullable String text) {
        super(text, null, false, false);
        this.status = status;
        this.text = text;
    }

    /** An answer with {@code text} as its message. */
    public static UploadRefused with(int status, String text) {
        return new UploadRefused(status, text);
    }

    /** An answer without a body, as the SDK gives where it does not foresee a fault. */
    public static UploadRefused silently(int status) {
        return new UploadRefused(status, null);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** What the client is told, or null for an empty body. */
    public @Nullable String text() {
        return text;
    }
}

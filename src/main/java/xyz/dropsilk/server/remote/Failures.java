package xyz.dropsilk.server.remote;

import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Failures of the HTTP client, turned into those that this package shows. */
final class Failures {
    private Failures() {}

    /** What {@code failure} is to a caller. Bugs come through as they are. */
    static Throwable of(@Nullable Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof RemoteException || cause instanceof RuntimeException || cause instanceof Error) {
            return cause;
        }
        return new RemoteException(
                cause instanceof TimeoutException || cause instanceof HttpTimeoutException
                        ? RemoteException.Kind.TIMED_OUT
                        : RemoteException.Kind.UNREACHABLE);
    }

    /** {@code failure} without the wrappings of futures and of the HTTP client. */
    static @Nullable Throwable cause(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof RemoteException) {
                return inner;
            }
        }
        return cause;
    }
}

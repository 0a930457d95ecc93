package xyz.dropsilk.server.remote;

/**
 * A call to a third party that did not bring a usable answer. Its message is fit for a log line: it names no address, key or body. It has
 * neither cause nor stack trace, since those of the HTTP client quote header values, keys among them.
 */
public final class RemoteException extends Exception {
    /** What went wrong, as far as operators act on it differently. */
    public enum Kind {
        /** Too many calls are open already; nothing was sent. */
        BUSY("too many calls are open"),
        /** A key or address of the configuration can't be put into a request; nothing was sent. */
        UNSENDABLE("the configured key or address can't be sent"),
        /** No connection, or it broke before the answer was complete. */
        UNREACHABLE("no connection, or it broke"),
        /** The answer was not complete within the time limit. */
        TIMED_OUT("no answer in time"),
        /** A complete answer, outside 2xx. */
        REFUSED("refused"),
        /** An answer that is not what this service says, or longer than any it gives. */
        MALFORMED("malformed answer");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private final Kind kind;
    private final String reason;

    public RemoteException(Kind kind) {
        this(kind, kind.words);
    }

    private RemoteException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.reason = message;
    }

    /** An answer that is none of success. */
    public static RemoteException refused(int status) {
        return new RemoteException(Kind.REFUSED, Kind.REFUSED.words + " with status " + status);
    }

    public Kind kind() {
        return kind;
    }

    /** What went wrong, fit for a log line. */
    public String reason() {
        return reason;
    }
}

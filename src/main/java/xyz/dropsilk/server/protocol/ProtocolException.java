package xyz.dropsilk.server.protocol;

import org.jspecify.annotations.Nullable;

/** A client's message that is refused. Without a stack trace, and one shared instance for malformed ones, so that a flood of garbage costs nothing. */
public final class ProtocolException extends Exception {
    @SuppressWarnings("StaticAssignmentOfThrowable") // without a stack trace nothing in it depends on the place
    static final ProtocolException INVALID_MESSAGE = new ProtocolException(Problem.INVALID_MESSAGE, null);

    private final Problem problem;
    private final transient @Nullable String type;

    static ProtocolException unknownType(String type) {
        return new ProtocolException(Problem.UNKNOWN_TYPE, type);
    }

    private ProtocolException(Problem problem, @Nullable String type) {
        super(problem.sentence(), null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.problem = problem;
        this.type = type;
    }

    /** The type that nobody knows, as the client spells it; null if that is not what is wrong. */
    public @Nullable String type() {
        return type;
    }

    /** What the client did wrong. */
    public Problem problem() {
        return problem;
    }
}

package xyz.dropsilk.server.protocol;

/** A client's message that is refused. One shared instance a problem and no stack trace, so that a flood of garbage costs nothing. */
@SuppressWarnings(
        "StaticAssignmentOfThrowable") // without a stack trace there is nothing in them that depends on the place
public final class ProtocolException extends Exception {
    static final ProtocolException INVALID_MESSAGE = new ProtocolException(Problem.INVALID_MESSAGE);
    static final ProtocolException UNKNOWN_TYPE = new ProtocolException(Problem.UNKNOWN_TYPE);

    private final Problem problem;

    private ProtocolException(Problem problem) {
        super(problem.sentence(), null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.problem = problem;
    }

    /** What the client did wrong. */
    public Problem problem() {
        return problem;
    }
}

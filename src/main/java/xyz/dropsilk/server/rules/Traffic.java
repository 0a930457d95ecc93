package xyz.dropsilk.server.rules;

/**
 * What went through a pairing, as far as its server sees: how much, never what.
 *
 * @param signals that reached the other one's queue
 * @param bothWays whether some went each way
 */
public record Traffic(long signals, boolean bothWays) {
    /** Nothing went through. */
    public static final Traffic NONE = new Traffic(0, false);
}

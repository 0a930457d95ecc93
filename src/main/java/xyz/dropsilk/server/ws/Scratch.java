package xyz.dropsilk.server.ws;

import io.netty.util.concurrent.FastThreadLocal;
import xyz.dropsilk.server.protocol.MessageReader;

/**
 * Where the event loop unmasks and reads the message at hand: one array and one reader a loop, used by one session at a time. Confined to its
 * loop.
 */
final class Scratch {
    /** Room before the message, which the reader of messages may write over. */
    static final int HEADROOM = MessageReader.HEADROOM;

    /** Messages up to here share the loop's array: more than signaling ever sends. Larger ones get one of their own. */
    private static final int SHARED_BYTES = 64 * 1024;

    /** One signal in so many is timed: a power of two. */
    private static final int SAMPLED = 64;

    private static final FastThreadLocal<Scratch> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
            return new Scratch();
        }
    };

    private final byte[] shared = new byte[HEADROOM + SHARED_BYTES + MessageReader.TAILROOM];
    private final MessageReader reader = new MessageReader();

    /** Signals that were offered to the sample. */
    private int offered;

    /** The one of the calling event loop. */
    static Scratch ofThisLoop() {
        return OF_LOOP.get();
    }

    /** An array for {@code length} bytes from {@link #HEADROOM} on, and the room behind them. Its old content is lost. */
    byte[] forMessage(int length) {
        return length <= SHARED_BYTES ? shared : new byte[HEADROOM + length + MessageReader.TAILROOM];
    }

    /** Whether the signal at hand is the one in 64 whose way is timed. */
    boolean samples() {
        return (++offered & (SAMPLED - 1)) == 0;
    }

    /** The loop's reader of messages. */
    MessageReader reader() {
        return reader;
    }
}

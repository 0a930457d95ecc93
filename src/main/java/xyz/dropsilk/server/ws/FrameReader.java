package xyz.dropsilk.server.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.protocol.Utf8;

/**
 * Turns what arrives on one socket into messages and control frames (RFC 6455, server side). Confined to the socket's event loop.
 *
 * <p><b>The way of the bytes.</b> A whole frame is copied out of Netty's buffer into the loop's {@link Scratch} and unmasked there; the
 * listener reads it in place. Only what is unfinished is kept: the beginning of a frame in {@code partial}, the fragments of a message in
 * {@code fragments}. So an idle connection holds no buffer at all.
 *
 * <p>After a violation that is found here nothing more is read. Where the listener has closed for a reason of its own the rest still is, for the
 * client's close frame; the listener admits nothing else then.
 */
final class FrameReader {
    /** What a client sent. Called in order; the reader calls nothing after {@code violated}. */
    interface Listener {
        /** A frame arrived that counts against the limit; whether it is to be handled. A message is dropped whole if one of its frames is not. */
        boolean admits();

        /** A whole text message of valid UTF-8: {@code bytes} from {@code from} to {@code to}, with the room around it that readers need. */
        void text(byte[] bytes, int from, int to);

        /** A whole binary message. */
        void binary();

        /** A ping, with its payload, borrowed. */
        void ping(byte[] bytes, int from, int to);

        /** A pong. */
        void pong();

        /** A well-formed close frame, with its code, or {@link Frames#NO_CODE}. */
        void closeReceived(int code);

        /** The client broke the protocol or a limit. */
        void violated(CloseCode code);
    }

    /** A continuation of more bytes than this costs nothing (contract, 4, {@code MESSAGE_RATE}). */
    private static final int FREE_ABOVE_BYTES = 1_024;

    private final ByteBufAllocator allocator;
    private final Scratch scratch;
    private final int maxPayload;
    private final Listener listener;

    /** The bytes of a frame that has not arrived whole. */
    private @Nullable ByteBuf partial;

    /** The payload so far of a message whose last fragment has not arrived, unmasked. */
    private @Nullable ByteBuf fragments;

    /** The opcode of the message in {@code fragments}. */
    private int fragmentedOpcode;

    /** Whether a frame of the message in {@code fragments} was not admitted. */
    private boolean fragmentsDropped;

    private int completed;
    private boolean done;

    /** A reader for one socket: {@code scratch} is its loop's, {@code maxPayload} counts bytes of a frame and of a message. */
    FrameReader(ByteBufAllocator allocator, Scratch scratch, int maxPayload, Listener listener) {
        this.allocator = allocator;
        this.scratch = scratch;
        this.maxPayload = maxPayload;
        this.listener = listener;
    }

    /** Reads {@code in}, which is consumed. */
    void read(ByteBuf in) {
        ByteBuf all = in;
        try {
            if (partial != null) {
                partial.writeBytes(in);
                all = partial;
            }
            while (!done && readFrame(all)) {
                // the listener was called
            }
            if (!done) {
                keepRest(all);
            }
        } finally {
            in.release();
        }
    }

    /** Bytes of memory held for what is unfinished. */
    int held() {
        return (partial == null ? 0 : partial.capacity()) + (fragments == null ? 0 : fragments.capacity());
    }

    /** Whether a message or frame has begun and not ended. */
    boolean isUnfinished() {
        return partial != null || fragments != null;
    }

    /** How many messages, and control frames outside of any, have ended: while it stays the same, so does what {@link #isUnfinished}. */
    int completed() {
        return completed;
    }

    /** Lets go of all buffers; nothing is read after this. Harmless if called again. */
    void release() {
        done = true;
        if (partial != null) {
            partial.release();
            partial = null;
        }
        if (fragments != null) {
            fragments.release();
            fragments = null;
        }
    }

    private void keepRest(ByteBuf all) {
        if (partial != null) {
            if (partial.isReadable()) {
                partial.discardReadBytes();
            } else {
                partial.release();
                partial = null;
            }
        } else if (all.isReadable()) {
            // A copy: a slice would keep the whole read buffer alive for a few bytes.
            partial = allocator.buffer(all.readableBytes()).writeBytes(all);
        }
    }

    /** Reads one frame if it has arrived whole. */
    private boolean readFrame(ByteBuf in) {
        int available = in.readableBytes();
        if (available < 2) {
            return false;
        }
        int start = in.readerIndex();
        int first = in.getUnsignedByte(start);
        int second = in.getUnsignedByte(start + 1);
        int headerBytes = headerBytes(second);
        CloseCode broken = check(first, second);
        if (broken != null) {
            violated(broken);
            return false;
        }
        if (available < headerBytes) {
            return false;
        }
        long length = length(in, start, second);
        if (length < 0 || length > maxPayload || length + lengthBefore(first) > maxPayload) {
            violated(length < 0 ? CloseCode.PROTOCOL_ERROR : CloseCode.TOO_BIG);
            return false;
        }
        if (available - headerBytes < length) {
            return false;
        }
        int mask = in.getIntLE(start + headerBytes - Frames.MASK_BYTES);
        in.readerIndex(start + headerBytes);
        payload(first, in, (int) length, mask);
        if (fragments == null) {
            completed++;
        }
        return true;
    }

    /** Bytes of the message that a frame goes on with; a control frame between two fragments is no part of it. */
    private int lengthBefore(int first) {
        return fragments == null || (first & Frames.CONTROL) != 0 ? 0 : fragments.readableBytes();
    }

    private static int headerBytes(int second) {
        int length = second & Frames.LENGTH;
        return 2 + Frames.MASK_BYTES + (length == Frames.LENGTH_16 ? 2 : length == Frames.LENGTH_64 ? 8 : 0);
    }

    /** The payload's length, or -1 if it is not encoded in the fewest bytes that can hold it (5.2). */
    private static long length(ByteBuf in, int start, int second) {
        int length = second & Frames.LENGTH;
        long extended = switch (length) {
            case Frames.LENGTH_16 -> in.getUnsignedShort(start + 2);
            case Frames.LENGTH_64 -> in.getLong(start + 2);
            default -> length;
        };
        long least = length == Frames.LENGTH_16 ? Frames.LENGTH_16 : length == Frames.LENGTH_64 ? 0x1_0000 : 0;
        return extended < least ? -1 : extended;
    }

    /** What the first two bytes of a frame break, or null. */
    private @Nullable CloseCode check(int first, int second) {
        int opcode = first & Frames.OPCODE;
        boolean fin = (first & Frames.FIN) != 0;
        boolean known = opcode <= Frames.BINARY || (opcode >= Frames.CLOSE && opcode <= Frames.PONG);
        boolean inPlace = (opcode & Frames.CONTROL) != 0
                ? fin && (second & Frames.LENGTH) <= Frames.MAX_CONTROL_PAYLOAD
                : (opcode == Frames.CONTINUATION) == (fragments != null);
        boolean valid = known && inPlace && (first & Frames.RESERVED) == 0 && (second & Frames.MASKED) != 0;
        return valid ? null : CloseCode.PROTOCOL_ERROR;
    }

    private void payload(int first, ByteBuf in, int length, int mask) {
        int opcode = first & Frames.OPCODE;
        boolean fin = (first & Frames.FIN) != 0;
        byte[] bytes = scratch.forMessage(length);
        int from = Scratch.HEADROOM;
        in.readBytes(bytes, from, length);
        boolean ascii = Frames.unmask(bytes, from, from + length, mask);
        boolean admitted = isFree(opcode, length) || listener.admits();
        if (done) {
            return; // the listener closed the socket itself, which released this reader
        }
        if ((opcode & Frames.CONTROL) != 0) {
            if (admitted) {
                control(opcode, bytes, from, from + length);
            }
        } else if (fin && fragments == null) {
            if (admitted) {
                message(opcode, bytes, from, from + length, ascii);
            }
        } else {
            fragment(opcode, bytes, from, length, fin, admitted);
        }
    }

    /** A close frame is always handled, and a large message in pieces costs no more than one in one piece. */
    private static boolean isFree(int opcode, int length) {
        return opcode == Frames.CLOSE || (opcode == Frames.CONTINUATION && length > FREE_ABOVE_BYTES);
    }

    private void fragment(int opcode, byte[] bytes, int from, int length, boolean fin, boolean admitted) {
        ByteBuf message = fragments;
        if (message == null) {
            message = allocator.buffer(length);
            fragments = message;
            fragmentedOpcode = opcode;
            fragmentsDropped = false;
        }
        fragmentsDropped |= !admitted;
        if (!fragmentsDropped) {
            message.writeBytes(bytes, from, length);
        }
        if (fin && fragmentsDropped) {
            fragments = null;
            message.release();
        } else if (fin) {
            fragments = null;
            int total = message.readableBytes();
            byte[] whole = scratch.forMessage(total);
            message.readBytes(whole, from, total).release();
            message(fragmentedOpcode, whole, from, from + total, /* ascii= */ false);
        }
    }

    private void message(int opcode, byte[] bytes, int from, int to, boolean ascii) {
        if (opcode == Frames.BINARY) {
            listener.binary();
        } else if (ascii || Utf8.isValid(bytes, from, to)) {
            listener.text(bytes, from, to);
        } else {
            violated(CloseCode.INVALID_TEXT);
        }
    }

    private void control(int opcode, byte[] bytes, int from, int to) {
        switch (opcode) {
            case Frames.PING -> listener.ping(bytes, from, to);
            case Frames.PONG -> listener.pong();
            default -> {
                CloseCode broken = checkClose(bytes, from, to);
                if (broken != null) {
                    violated(broken);
                } else {
                    listener.closeReceived(from == to ? Frames.NO_CODE : code(bytes, from));
                }
            }
        }
    }

    /** What a close frame's payload breaks (5.5.1, 7.4), or null. */
    private static @Nullable CloseCode checkClose(byte[] bytes, int from, int to) {
        if (from == to) {
            return null;
        }
        if (to - from == 1) {
            return CloseCode.PROTOCOL_ERROR;
        }
        int code = code(bytes, from);
        boolean defined = code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
        boolean free = code >= 3000 && code <= 4999;
        if (!defined && !free) {
            return CloseCode.PROTOCOL_ERROR;
        }
        return Utf8.isValid(bytes, from + 2, to) ? null : CloseCode.INVALID_TEXT;
    }

    private static int code(byte[] bytes, int from) {
        return ((bytes[from] & 0xFF) << 8) | (bytes[from + 1] & 0xFF);
    }

    private void violated(CloseCode code) {
        release();
        listener.violated(code);
    }
}

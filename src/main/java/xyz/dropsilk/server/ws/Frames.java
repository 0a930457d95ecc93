package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The bits of a WebSocket frame (RFC 6455, 5.2). Stateless. */
final class Frames {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    /** The bit of the opcode that says "control frame". */
    static final int CONTROL = 0x8;

    static final int FIN = 0x80;
    static final int RESERVED = 0x70;
    static final int OPCODE = 0x0F;
    static final int MASKED = 0x80;
    static final int LENGTH = 0x7F;
    static final int LENGTH_16 = 126;
    static final int LENGTH_64 = 127;
    static final int MASK_BYTES = 4;

    /** Stands for the code of a close frame without one. */
    static final int NO_CODE = 0;

    /** The longest payload of a control frame (5.5). */
    static final int MAX_CONTROL_PAYLOAD = 125;

    /** The longest header of a frame that the server sends. */
    static final int MAX_HEADER_BYTES = 10;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Frames() {}

    /** Appends the header of an unfragmented, unmasked frame to {@code out}, which is borrowed. */
    static void writeHeader(ByteBuf out, int opcode, int length) {
        if (length < LENGTH_16) {
            out.writeShort(((FIN | opcode) << 8) | length);
        } else if (length <= 0xFFFF) {
            out.writeInt(((FIN | opcode) << 24) | (LENGTH_16 << 16) | length);
        } else {
            out.writeShort(((FIN | opcode) << 8) | LENGTH_64);
            out.writeLong(length);
        }
    }

    /** Appends a close frame (5.5.1) to {@code out}, which is borrowed; an empty one for {@link #NO_CODE}. */
    static void writeClose(ByteBuf out, int code, String reason) {
        if (code == NO_CODE) {
            writeHeader(out, CLOSE, 0);
            return;
        }
        writeHeader(out, CLOSE, 2 + reason.length());
        out.writeShort(code);
        out.writeCharSequence(reason, US_ASCII);
    }

    /**
     * Takes the mask (5.3) off {@code bytes} from {@code from} to {@code to} in place.
     *
     * @param mask the masking key, its first byte in the lowest bits
     * @return whether all bytes are ASCII, which the same walk tells at no cost
     */
    static boolean unmask(byte[] bytes, int from, int to, int mask) {
        long mask8 = (mask & 0xFFFF_FFFFL) | ((long) mask << 32);
        long all = 0;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long word = (long) LONGS.get(bytes, i) ^ mask8;
            LONGS.set(bytes, i, word);
            all |= word;
        }
        for (; i < to; i++) {
            bytes[i] ^= (byte) (mask >>> (((i - from) & 3) << 3));
            all |= bytes[i]; // a negative byte sets the high bits of the long as well
        }
        return (all & HIGH_BITS) == 0;
    }
}

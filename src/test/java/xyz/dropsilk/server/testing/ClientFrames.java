package xyz.dropsilk.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Frames as a client sends them (RFC 6455, 5.2), and as it should not. */
public final class ClientFrames {
    public static final int CONTINUATION = 0x0;
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    /** The first byte's bit for a message's last frame. */
    public static final int FIN = 0x80;

    private static final byte[] MASK = {(byte) 0x9C, 0x37, (byte) 0xFA, 0x21};

    private ClientFrames() {}

    /** A whole text message. */
    public static byte[] text(String text) {
        return frame(FIN | TEXT, text.getBytes(UTF_8));
    }

    /** A masked frame whose first byte is {@code first}, its length in the fewest bytes. */
    public static byte[] frame(int first, byte[] payload) {
        int bytes = payload.length < 126 ? 0 : payload.length <= 0xFFFF ? 2 : 8;
        return frame(first, bytes, payload);
    }

    /** A masked frame whose length takes {@code lengthBytes} (0, 2 or 8) more bytes than the second. */
    public static byte[] frame(int first, int lengthBytes, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header(first, lengthBytes, payload.length));
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ MASK[i & 3]);
        }
        return out.toByteArray();
    }

    /** The header of a masked frame that claims to be {@code length} bytes long. */
    public static byte[] header(int first, int lengthBytes, long length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        out.write(0x80 | (lengthBytes == 0 ? (int) length : lengthBytes == 2 ? 126 : 127));
        for (int shift = 8 * (lengthBytes - 1); shift >= 0; shift -= 8) {
            out.write((int) (length >>> shift));
        }
        out.writeBytes(MASK);
        return out.toByteArray();
    }

    /** A close frame with {@code code} and {@code reason}. */
    public static byte[] close(int code, byte[] reason) {
        return frame(FIN | CLOSE, join(new byte[] {(byte) (code >>> 8), (byte) code}, reason));
    }

    /** The parts behind each other. */
    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}

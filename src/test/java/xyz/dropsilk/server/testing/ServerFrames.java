package xyz.dropsilk.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Reads what the server sends: whole, unmasked frames, a line each. Text is shown as it is. */
public final class ServerFrames {
    private ServerFrames() {}

    /** The frames in {@code bytes}, which is read to its end and borrowed; fails if there is anything else in it. */
    public static List<String> read(ByteBuf bytes) {
        List<String> frames = new ArrayList<>();
        while (bytes.isReadable()) {
            int first = bytes.readUnsignedByte();
            int second = bytes.readUnsignedByte();
            if (second > 127) {
                throw new AssertionError("a server's frames are not masked");
            }
            long length = second == 126 ? bytes.readUnsignedShort() : second == 127 ? bytes.readLong() : second;
            frames.add(shown(first, bytes.readSlice((int) length)));
        }
        return frames;
    }

    private static String shown(int first, ByteBuf payload) {
        return switch (first) {
            case 0x81 -> payload.toString(UTF_8);
            case 0x88 ->
                payload.isReadable() ? "close " + payload.readUnsignedShort() + " " + payload.toString(UTF_8) : "close";
            case 0x89 -> "ping " + payload.toString(UTF_8);
            case 0x8A -> "pong " + payload.toString(UTF_8);
            default -> throw new AssertionError("first byte " + Integer.toHexString(first));
        };
    }
}

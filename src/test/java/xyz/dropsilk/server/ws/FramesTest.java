package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FramesTest {
    private static final int MASK = 0xD4C3_B2A1; // on the wire A1 B2 C3 D4

    @Test
    void theMaskComesOffAtAllAlignmentsAndLengths() {
        Random random = new Random(1);
        for (int from = 0; from < 17; from++) {
            for (int length = 0; length < 70; length++) {
                byte[] masked = new byte[from + length + 5];
                random.nextBytes(masked);
                byte[] expected = masked.clone();
                for (int i = 0; i < length; i++) {
                    expected[from + i] ^= (byte) (MASK >>> (8 * (i % 4)));
                }
                Frames.unmask(masked, from, from + length, MASK);
                assertArrayEquals(expected, masked);
            }
        }
    }

    @Test
    void asciiIsToldFromAllElseAtEachPlace() {
        for (int length = 1; length < 40; length++) {
            for (int place = 0; place < length; place++) {
                for (int value : new int[] {0x00, 0x7F, 0x80, 0xFF, 0xC3}) {
                    byte[] bytes = "a".repeat(length + 2).getBytes(US_ASCII);
                    bytes[0] = (byte) 0xFF; // outside
                    bytes[length + 1] = (byte) 0xFF;
                    bytes[1 + place] = (byte) value;
                    Frames.unmask(bytes, 1, 1 + length, MASK); // puts the mask on
                    assertEquals(value < 0x80, Frames.unmask(bytes, 1, 1 + length, MASK));
                    assertEquals((byte) value, bytes[1 + place]);
                }
            }
        }
    }

    @Test
    void nothingIsAscii() {
        assertEquals(true, Frames.unmask(new byte[] {(byte) 0xFF}, 0, 0, MASK));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 8100",
        "1, 8101",
        "125, 817d",
        "126, 817e007e",
        "65535, 817effff",
        "65536, 817f0000000000010000",
        "4194304, 817f0000000000400000",
    })
    void headersEncodeTheLengthInTheFewestBytes(int length, String header) {
        ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
        try {
            Frames.writeHeader(out, Frames.TEXT, length);
            assertEquals(header, ByteBufUtil.hexDump(out));
        } finally {
            out.release();
        }
    }

    @Test
    void aCloseFrameHasItsCodeAndReason() {
        ByteBuf out = ByteBufAllocator.DEFAULT.buffer();
        try {
            for (CloseCode code : CloseCode.values()) {
                Frames.writeClose(out.clear(), code.number, code.reason);
                assertEquals(0x88, out.readUnsignedByte());
                assertEquals(out.readableBytes() - 1, out.readUnsignedByte());
                assertEquals(code.number, out.readUnsignedShort());
                assertEquals(code.reason, out.toString(US_ASCII));
            }
        } finally {
            out.release();
        }
    }
}

package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static xyz.dropsilk.server.testing.ClientFrames.BINARY;
import static xyz.dropsilk.server.testing.ClientFrames.CLOSE;
import static xyz.dropsilk.server.testing.ClientFrames.CONTINUATION;
import static xyz.dropsilk.server.testing.ClientFrames.FIN;
import static xyz.dropsilk.server.testing.ClientFrames.PING;
import static xyz.dropsilk.server.testing.ClientFrames.PONG;
import static xyz.dropsilk.server.testing.ClientFrames.TEXT;
import static xyz.dropsilk.server.testing.ClientFrames.close;
import static xyz.dropsilk.server.testing.ClientFrames.frame;
import static xyz.dropsilk.server.testing.ClientFrames.header;
import static xyz.dropsilk.server.testing.ClientFrames.join;
import static xyz.dropsilk.server.testing.ClientFrames.text;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455, 5 to 8, server side. Each sequence is fed whole and byte by byte. */
final class FrameReaderTest {
    private static final int MAX = 70_000;
    private static final byte[] NOTHING = {};

    private static void assertHeard(List<String> expected, byte[]... parts) {
        byte[] bytes = join(parts);
        assertEquals(expected, RecordedFrames.heard(MAX, bytes, bytes.length), "whole");
        assertEquals(expected, RecordedFrames.heard(MAX, bytes, 1), "byte by byte");
        assertEquals(expected, RecordedFrames.heard(MAX, bytes, 7), "by sevens");
    }

    @Nested
    final class Messages {
        @ParameterizedTest
        @ValueSource(ints = {0, 1, 7, 8, 9, 124, 125, 126, 127, 65_535, 65_536, MAX - 1, MAX})
        void ofAllowedLengthsAreRead(int length) {
            String message = "m".repeat(length);
            assertHeard(List.of("text " + message, "text x"), text(message), text("x"));
            byte[] fragments = join(
                    frame(TEXT, message.substring(0, length / 3).getBytes(UTF_8)),
                    frame(FIN, message.substring(length / 3).getBytes(UTF_8)));
            assertHeard(List.of("text " + message, "text x"), fragments, text("x"));
        }

        @Test
        void thatAreTooLongAreViolations() {
            byte[] tooLong = new byte[MAX + 1];
            assertHeard(List.of("TOO_BIG"), frame(FIN | TEXT, tooLong));
            assertHeard(List.of("TOO_BIG"), frame(FIN | BINARY, tooLong));
            assertHeard(List.of("TOO_BIG"), frame(TEXT, new byte[MAX]), frame(FIN, new byte[1]));
            assertHeard(List.of("TOO_BIG"), frame(TEXT, new byte[1]), frame(CONTINUATION, new byte[MAX]));
        }

        @Test
        void thatAreTooLongAreKnownByTheirHeader() {
            assertHeard(List.of("TOO_BIG"), header(FIN | TEXT, 8, MAX + 1));
            assertHeard(List.of("TOO_BIG"), header(FIN | TEXT, 8, Integer.MAX_VALUE + 1L));
            assertHeard(List.of("TOO_BIG"), header(FIN | TEXT, 8, Long.MAX_VALUE));
            assertHeard(List.of("PROTOCOL_ERROR"), header(FIN | TEXT, 8, Long.MIN_VALUE));
            assertHeard(List.of("PROTOCOL_ERROR"), header(FIN | TEXT, 8, -1));
        }

        @Test
        void mustEncodeTheirLengthInTheFewestBytes() {
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | TEXT, 2, new byte[125]));
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | TEXT, 8, new byte[125]));
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | TEXT, 8, new byte[65_535]));
        }

        @Test
        void ofManyFragmentsAreOne() {
            assertHeard(
                    List.of("text Hello, world"),
                    frame(TEXT, "Hel".getBytes(UTF_8)),
                    frame(CONTINUATION, NOTHING),
                    frame(CONTINUATION, "lo, ".getBytes(UTF_8)),
                    frame(FIN | CONTINUATION, "world".getBytes(UTF_8)));
            assertHeard(List.of("text "), frame(TEXT, NOTHING), frame(FIN, NOTHING));
        }

        @Test
        void mayHaveControlFramesBetweenTheirFragments() {
            assertHeard(
                    List.of("ping p", "pong", "ping ", "text Hello", "text x"),
                    frame(TEXT, "Hel".getBytes(UTF_8)),
                    frame(FIN | PING, "p".getBytes(UTF_8)),
                    frame(CONTINUATION, "l".getBytes(UTF_8)),
                    frame(FIN | PONG, "q".getBytes(UTF_8)),
                    frame(FIN | PING, NOTHING),
                    frame(FIN, "o".getBytes(UTF_8)),
                    text("x"));
        }

        @Test
        void ofTheGreatestLengthMayHaveThemToo() {
            String message = "m".repeat(MAX);
            assertHeard(
                    List.of("ping " + "p".repeat(125), "text " + message),
                    frame(TEXT, message.getBytes(UTF_8)),
                    frame(FIN | PING, "p".repeat(125).getBytes(UTF_8)),
                    frame(FIN, NOTHING));
        }

        @Test
        void thatAreBinaryAreOnlyCounted() {
            assertHeard(List.of("binary", "text x"), frame(FIN | BINARY, new byte[] {(byte) 0xFF, 0}), text("x"));
            assertHeard(
                    List.of("binary", "text x"),
                    frame(BINARY, new byte[] {(byte) 0xFF}),
                    frame(FIN, new byte[] {(byte) 0xFE}),
                    text("x"));
        }

        @Test
        void areUtf8() {
            assertHeard(List.of("text \u00e9\u20ac\ud83d\ude00"), text("\u00e9\u20ac\ud83d\ude00"));
            for (String hex : new String[] {"C080", "EDA080", "F4908080", "FF", "80", "C3", "E282", "F09F98", "61C3"}) {
                byte[] bytes = HexFormat.of().parseHex(hex);
                assertHeard(List.of("INVALID_TEXT"), frame(FIN | TEXT, bytes), text("x"));
                assertHeard(List.of("INVALID_TEXT"), frame(TEXT, bytes), frame(FIN, NOTHING), text("x"));
            }
        }

        @Test
        void mayHaveACharacterSplitBetweenFragments() {
            byte[] bytes = "\u00e9\u20ac\ud83d\ude00".getBytes(UTF_8);
            for (int cut = 0; cut <= bytes.length; cut++) {
                byte[] head = Arrays.copyOf(bytes, cut);
                byte[] tail = Arrays.copyOfRange(bytes, cut, bytes.length);
                assertHeard(List.of("text \u00e9\u20ac\ud83d\ude00"), frame(TEXT, head), frame(FIN, tail));
            }
            assertHeard(
                    List.of("INVALID_TEXT"), frame(TEXT, new byte[] {(byte) 0xC3}), frame(FIN, "a".getBytes(UTF_8)));
        }
    }

    @Nested
    final class Violations {
        @ParameterizedTest
        @ValueSource(ints = {0x40, 0x20, 0x10, 0x70})
        void areReservedBits(int bits) {
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | bits | TEXT, NOTHING));
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | bits | PING, NOTHING));
        }

        @ParameterizedTest
        @ValueSource(ints = {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF})
        void areUnknownOpcodes(int opcode) {
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | opcode, NOTHING));
            assertHeard(List.of("PROTOCOL_ERROR"), frame(TEXT, NOTHING), frame(FIN | opcode, NOTHING));
        }

        @Test
        void areFramesWithoutAMask() {
            assertHeard(List.of("PROTOCOL_ERROR"), new byte[] {(byte) (FIN | TEXT), 1, 'x'});
            assertHeard(List.of("PROTOCOL_ERROR"), new byte[] {(byte) (FIN | PING), 0});
        }

        @Test
        void areContinuationsOfNothing() {
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | CONTINUATION, NOTHING));
            assertHeard(List.of("PROTOCOL_ERROR"), frame(CONTINUATION, NOTHING));
            assertHeard(List.of("text x", "PROTOCOL_ERROR"), text("x"), frame(FIN | CONTINUATION, NOTHING));
        }

        @Test
        void areMessagesInsideOthers() {
            assertHeard(List.of("PROTOCOL_ERROR"), frame(TEXT, NOTHING), text("x"));
            assertHeard(List.of("PROTOCOL_ERROR"), frame(BINARY, NOTHING), frame(TEXT, NOTHING));
        }

        @ParameterizedTest
        @ValueSource(ints = {PING, PONG, CLOSE})
        void areControlFramesThatAreFragmentedOrLong(int opcode) {
            assertHeard(List.of("PROTOCOL_ERROR"), frame(opcode, NOTHING));
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | opcode, new byte[126]));
        }

        @Test
        void areKnownByTheFirstTwoBytes() {
            RecordedFrames frames = new RecordedFrames(MAX);
            frames.feed(new byte[] {(byte) (FIN | TEXT)});
            assertEquals(List.of(), frames.heard);
            frames.feed(new byte[] {5});
            assertEquals(List.of("PROTOCOL_ERROR"), frames.heard);
        }

        @Test
        void endTheReading() {
            assertHeard(
                    List.of("text x", "PROTOCOL_ERROR"),
                    text("x"),
                    frame(0x3, NOTHING),
                    text("y"),
                    frame(0x3, NOTHING));
            assertHeard(List.of("INVALID_TEXT"), frame(FIN | TEXT, new byte[] {(byte) 0xFF}), text("y"));
        }
    }

    @Nested
    final class CloseFrames {
        @Test
        void mayBeEmpty() {
            assertHeard(List.of("close"), frame(FIN | CLOSE, NOTHING));
        }

        @Test
        void mayHaveAReason() {
            assertHeard(List.of("close 1000"), close(1000, "bye \u00e9".getBytes(UTF_8)));
            assertHeard(List.of("close 4000"), close(4000, "r".repeat(123).getBytes(UTF_8)));
            assertHeard(List.of("INVALID_TEXT"), close(1000, new byte[] {(byte) 0xC3}));
        }

        @Test
        void mayNotBeOneByte() {
            assertHeard(List.of("PROTOCOL_ERROR"), frame(FIN | CLOSE, new byte[1]));
        }

        @Test
        void haveCodesThatMayStandInAFrame() {
            List<Integer> admitted = new ArrayList<>();
            for (int code = 0; code <= 0xFFFF; code++) {
                byte[] bytes = close(code, NOTHING);
                if (RecordedFrames.heard(MAX, bytes, bytes.length).equals(List.of("close " + code))) {
                    admitted.add(code);
                } else {
                    assertEquals(List.of("PROTOCOL_ERROR"), RecordedFrames.heard(MAX, bytes, bytes.length));
                }
            }
            List<Integer> expected =
                    new ArrayList<>(List.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014));
            for (int code = 3000; code <= 4999; code++) {
                expected.add(code);
            }
            assertEquals(expected, admitted);
        }
    }

    @Nested
    final class Buffers {
        private final RecordedFrames frames = new RecordedFrames(MAX);

        @Test
        void areHeldOnlyForWhatIsUnfinished() {
            assertEquals(0, frames.reader.held());
            frames.feed(text("x"));
            assertUnfinished(false);

            byte[] message = text("hello");
            frames.feed(Arrays.copyOf(message, 4));
            assertUnfinished(true);
            frames.feed(Arrays.copyOfRange(message, 4, message.length));
            assertUnfinished(false);

            frames.feed(frame(TEXT, "hel".getBytes(UTF_8)));
            assertUnfinished(true);
            frames.feed(frame(FIN | PING, NOTHING));
            assertUnfinished(true);
            frames.feed(frame(FIN, "lo".getBytes(UTF_8)));
            assertUnfinished(false);
        }

        @Test
        void areOfAboutTheSizeOfWhatCame() {
            frames.feed(header(FIN | TEXT, 8, MAX)); // a promise costs nothing
            assertTrue(frames.reader.held() <= 64, "held " + frames.reader.held());
            frames.reader.release();
        }

        @Test
        void areReleasedByAViolation() {
            byte[] unknown = frame(0x3, NOTHING);
            frames.feed(frame(TEXT, new byte[1_000]), Arrays.copyOf(unknown, 1));
            assertUnfinished(true);
            frames.feed(Arrays.copyOfRange(unknown, 1, unknown.length));
            assertEquals(List.of("PROTOCOL_ERROR"), frames.heard);
            assertUnfinished(false);
        }

        @Test
        void areReleasedWheneverTheirOwnerIsDone() {
            frames.feed(frame(TEXT, new byte[1_000]), Arrays.copyOf(frame(FIN, new byte[9]), 8));
            assertUnfinished(true);
            frames.reader.release();
            frames.reader.release();
            assertUnfinished(false);

            frames.feed(text("x"));
            assertEquals(List.of(), frames.heard);
            assertUnfinished(false);
        }

        @Test
        void countMessagesSoThatASlowOneIsToldFromManyQuickOnes() {
            byte[] half = Arrays.copyOf(text("hello"), 4);
            byte[] rest = Arrays.copyOfRange(text("hello"), 4, text("hello").length);
            frames.feed(half);
            int before = frames.reader.completed();
            frames.feed(join(rest, half));
            assertEquals(before + 1, frames.reader.completed());
            assertTrue(frames.reader.isUnfinished());
            frames.feed(join(rest, frame(TEXT, NOTHING)));
            assertEquals(before + 2, frames.reader.completed());
            frames.feed(frame(FIN | PING, NOTHING), frame(CONTINUATION, NOTHING), frame(FIN | PONG, NOTHING));
            assertEquals(before + 2, frames.reader.completed());
            frames.feed(frame(FIN, NOTHING), frame(FIN | PING, NOTHING));
            assertEquals(before + 4, frames.reader.completed());
        }

        private void assertUnfinished(boolean unfinished) {
            assertEquals(unfinished, frames.reader.isUnfinished());
            assertEquals(unfinished, frames.reader.held() > 0);
        }
    }

    /** The session lets go of the reader when a listener's call ends in the socket's close. */
    @Test
    void aReleaseInTheMiddleOfAReadEndsIt() {
        byte[] bytes = join(text("a"), frame(FIN | CLOSE, NOTHING), text("b"), frame(TEXT, NOTHING));
        for (int from : new int[] {0, 3}) {
            RecordedFrames frames = new RecordedFrames(MAX);
            frames.releaseOnClose = true;
            frames.feed(Arrays.copyOf(bytes, from), Arrays.copyOfRange(bytes, from, bytes.length));
            assertEquals(List.of("text a", "close"), frames.heard);
            assertEquals(0, frames.reader.held());
        }
    }

    @Test
    void frameBoundariesNeedNotBeThoseOfReads() {
        long seed = System.nanoTime();
        System.out.println("FrameReader: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            List<String> expected = new ArrayList<>();
            byte[] bytes = randomFrames(random, expected);
            assertEquals(expected, RecordedFrames.heard(MAX, bytes, random), "seed " + seed + ", sequence " + i);
        }
    }

    private static byte[] randomFrames(Random random, List<String> expected) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int messages = random.nextInt(8); messages > 0; messages--) {
            String message = "\u00e9m".repeat(random.nextInt(random.nextInt(10) == 0 ? MAX / 3 : 100));
            byte[] payload = message.getBytes(UTF_8);
            int opcode = TEXT;
            int from = 0;
            while (random.nextInt(3) == 0) {
                int to = from + random.nextInt(payload.length - from + 1);
                out.writeBytes(frame(opcode, Arrays.copyOfRange(payload, from, to)));
                from = to;
                opcode = CONTINUATION;
                if (random.nextBoolean()) {
                    out.writeBytes(frame(FIN | PING, "p".getBytes(UTF_8)));
                    expected.add("ping p");
                }
            }
            out.writeBytes(frame(FIN | opcode, Arrays.copyOfRange(payload, from, payload.length)));
            expected.add("text " + message);
        }
        if (random.nextInt(4) == 0) {
            out.writeBytes(frame(FIN | 0x3, NOTHING));
            out.writeBytes(text("never read"));
            expected.add("PROTOCOL_ERROR");
        }
        return out.toByteArray();
    }
}

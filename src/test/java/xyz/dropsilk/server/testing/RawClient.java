package xyz.dropsilk.server.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A socket that sends whatever bytes a test likes and reads what comes back, each read with a deadline. Used by one thread. */
public final class RawClient implements AutoCloseable {
    public static final int TEXT = 0x1;
    public static final int BINARY = 0x2;
    public static final int CONTINUATION = 0x0;
    public static final int CLOSE = 0x8;
    public static final int PING = 0x9;
    public static final int PONG = 0xA;

    /** How long an answer may take. */
    private static final int LIMIT_MILLIS = 15_000;

    private static final byte[] MASK = {0x12, (byte) 0xE4, 0x5A, (byte) 0x97};

    private final Socket socket = new Socket();
    private final InputStream in;

    /** One HTTP answer, header names in lower case. */
    public record Answer(int status, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** One WebSocket frame. */
    public record Frame(int opcode, boolean fin, byte[] payload) {
        public String text() {
            return new String(payload, UTF_8);
        }

        /** The code of a close frame, 1005 for one without. */
        public int closeCode() {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        public String closeReason() {
            return new String(payload, 2, payload.length - 2, UTF_8);
        }
    }

    private RawClient(InetAddress address, int port, int receiveBuffer) {
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(address, port), LIMIT_MILLIS);
            socket.setSoTimeout(LIMIT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection to the local server at {@code port}. */
    public static RawClient connect(int port) {
        return new RawClient(InetAddress.getLoopbackAddress(), port, 0);
    }

    /** A connection to {@code address}. */
    public static RawClient connect(String address, int port) {
        try {
            return new RawClient(InetAddress.getAllByName(address)[0], port, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection whose kernel takes little before somebody reads. */
    public static RawClient connectWithSmallBuffer(int port) {
        return new RawClient(InetAddress.getLoopbackAddress(), port, 4_096);
    }

    /** A connection that has been through the handshake, with more header lines if need be. */
    public static RawClient webSocket(int port, String... headers) {
        return connect(port).upgrade(headers);
    }

    // --- sending ---

    /** The head of a proper handshake, with more header lines. */
    public static String handshake(String target, String... headers) {
        StringBuilder head =
                new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** Shakes hands; fails if the server refuses. */
    public RawClient upgrade(String... headers) {
        send(handshake("/", headers));
        Answer answer = readAnswer();
        if (answer.status() != 101) {
            throw new AssertionError("the handshake was refused: " + answer);
        }
        return this;
    }

    public void send(String text) {
        send(text.getBytes(UTF_8));
    }

    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Like {@link #send}, but the server may have closed already: false then. */
    public boolean trySend(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Sends a whole text message. */
    public void sendText(String text) {
        send(frame(true, TEXT, text.getBytes(UTF_8)));
    }

    /** A masked frame. */
    public static byte[] frame(boolean fin, int opcode, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        header(frame, fin, opcode, payload.length);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ MASK[i & 3]));
        }
        return toArray(frame);
    }

    /** The header alone of a masked frame that says it is {@code length} bytes long. */
    public static byte[] header(boolean fin, int opcode, long length) {
        ByteBuffer frame = ByteBuffer.allocate(14);
        header(frame, fin, opcode, length);
        return toArray(frame);
    }

    private static void header(ByteBuffer frame, boolean fin, int opcode, long length) {
        frame.put((byte) ((fin ? 0x80 : 0) | opcode));
        if (length >= 0 && length < 126) {
            frame.put((byte) (0x80 | length));
        } else if (length >= 0 && length <= 0xFFFF) {
            frame.put((byte) (0x80 | 126)).putShort((short) length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(length);
        }
        frame.put(MASK);
    }

    private static byte[] toArray(ByteBuffer frame) {
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }

    /** A close frame with {@code code}. */
    public void sendClose(int code) {
        send(frame(true, CLOSE, new byte[] {(byte) (code >>> 8), (byte) code}));
    }

    /** Sends no more, but still reads. */
    public void halfClose() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the connection as a crash or a lost network does. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- reading ---

    /** Whether something has come that is not read yet. */
    public boolean hasInput() {
        try {
            return in.available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The next byte, or -1 when the connection has ended. */
    public int read() {
        try {
            return in.read();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came from the server for " + LIMIT_MILLIS + " ms", e);
        } catch (SocketException e) {
            return -1; // reset
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] read(int count) {
        try {
            byte[] bytes = in.readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException("the connection ended after " + bytes.length + " of " + count + " bytes");
            }
            return bytes;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("less than " + count + " bytes came for " + LIMIT_MILLIS + " ms", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readLine() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = read(); b != '\n'; b = read()) {
            if (b < 0) {
                throw new AssertionError("the connection ended in a line: " + line.toString(ISO_8859_1));
            }
            line.write(b);
        }
        return line.toString(ISO_8859_1).strip();
    }

    /** The next HTTP answer, whole. */
    public Answer readAnswer() {
        return readAnswer(/* withBody= */ true);
    }

    /** The next HTTP answer, to {@code HEAD} if it is one without a body. */
    public Answer readAnswer(boolean withBody) {
        String status = readLine();
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (headers.put(name, line.substring(colon + 1).strip()) != null) {
                throw new AssertionError("header twice: " + line);
            }
        }
        int length = withBody ? Integer.parseInt(headers.getOrDefault("content-length", "0")) : 0;
        return new Answer(Integer.parseInt(status.split(" ", 3)[1]), headers, new String(read(length), UTF_8));
    }

    /** The next frame. */
    public Frame readFrame() {
        byte[] head = read(2);
        int length = head[1] & 0xFF;
        if (length > 127) {
            throw new AssertionError("the server must not mask");
        }
        long whole = length == 126
                ? ByteBuffer.wrap(read(2)).getShort() & 0xFFFF
                : length == 127 ? ByteBuffer.wrap(read(8)).getLong() : length;
        return new Frame(head[0] & 0x0F, (head[0] & 0x80) != 0, read(Math.toIntExact(whole)));
    }

    /** The next text, past lists of users and pings. */
    public String readText() {
        Frame frame = readFrame();
        while (frame.opcode() == PING || frame.text().startsWith("{\"type\":\"users-on-network-update\"")) {
            frame = readFrame();
        }
        if (frame.opcode() != TEXT) {
            throw new AssertionError("expected text, got opcode " + frame.opcode() + ": " + frame.text());
        }
        return frame.text();
    }

    /** The close frame that comes, past texts and pings. */
    public Frame readClose() {
        Frame frame = readFrame();
        while (frame.opcode() != CLOSE) {
            frame = readFrame();
        }
        return frame;
    }

    /** Reads on, whatever comes, until the server has closed the connection; the number of bytes. */
    public long drain() {
        long count = 0;
        while (read() >= 0) {
            count++;
        }
        return count;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

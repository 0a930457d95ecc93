import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * One WebSocket through a proxy with TLS, for docs/hosting/check: opens from an address of its own while it claims another one, stays silent for
 * a while, then does something, says READY, and awaits the server's farewell. {@code java Probe.java NAME PORT ADDRESS SECONDS}; exit
 * status 1 if anything is not as it should be.
 */
public final class Probe {
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int GOING_AWAY = 1001;
    private static final int ANSWER_MILLIS = 10_000;
    /** The others of this run may be long in starting on a busy machine, and the server is stopped when all are ready. */
    private static final int FAREWELL_MILLIS = 300_000;

    private final DataInputStream in;
    private final OutputStream out;
    private final Socket socket;

    private Probe(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    public static void main(String[] arguments) throws Exception {
        Probe probe = new Probe(connect(arguments[0], Integer.parseInt(arguments[1]), arguments[2]));
        probe.handshake(arguments[0]);
        probe.expect("registered");
        probe.expect("users-on-network-update");
        probe.silence(Integer.parseInt(arguments[3]) * 1_000);
        probe.send(TEXT, "{\"type\":\"create-flight\"}".getBytes("UTF-8"));
        probe.expect("flight-created");
        System.out.println("READY");
        probe.socket.setSoTimeout(FAREWELL_MILLIS);
        probe.expect("server-shutdown");
        Frame close = probe.next();
        int code = close.opcode == CLOSE ? (close.payload[0] & 0xFF) << 8 | (close.payload[1] & 0xFF) : 0;
        check(code == GOING_AWAY, "closed with " + code);
        System.out.println("GOODBYE");
    }

    private record Frame(int opcode, byte[] payload) {}

    /** A certificate made for the check is nobody's, so any will do. */
    private static Socket connect(String name, int port, String from) throws Exception {
        X509TrustManager anybody = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {anybody}, null);
        Socket plain = new Socket();
        plain.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        plain.connect(new InetSocketAddress("127.0.0.1", port), ANSWER_MILLIS);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setEndpointIdentificationAlgorithm(null);
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    private void handshake(String name) throws IOException {
        out.write(("GET /?discoverable=false HTTP/1.1\r\nHost: " + name + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                        + "X-Forwarded-For: 203.0.113.66\r\n\r\n")
                .getBytes("US-ASCII"));
        String status = line();
        check(status.startsWith("HTTP/1.1 101 "), "the upgrade was answered " + status);
        while (!line().isEmpty()) {
            // headers
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int letter = in.readUnsignedByte(); letter != '\n'; letter = in.readUnsignedByte()) {
            line.append((char) letter);
        }
        return line.toString().strip();
    }

    private void expect(String type) throws IOException {
        Frame frame = next();
        String text = new String(frame.payload, "UTF-8");
        check(frame.opcode == TEXT && text.contains("\"type\":\"" + type + "\""), "instead of " + type + " came " + text);
    }

    /** Nothing comes, and the connection stays. */
    private void silence(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            Frame frame = next();
            check(false, "instead of silence came a frame of kind " + frame.opcode);
        } catch (SocketTimeoutException silent) {
            socket.setSoTimeout(ANSWER_MILLIS);
        }
    }

    /** The next frame that is no ping; pings are answered. */
    private Frame next() throws IOException {
        while (true) {
            int opcode = in.readUnsignedByte() & 0xF;
            int length = in.readUnsignedByte();
            byte[] payload = new byte[length == 126 ? in.readUnsignedShort() : length];
            in.readFully(payload);
            if (opcode != PING) {
                return new Frame(opcode, payload);
            }
            send(PONG, payload);
        }
    }

    /** A frame of at most 125 bytes, masked with zeros. */
    private void send(int opcode, byte[] payload) throws IOException {
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        out.write(frame);
    }

    private static void check(boolean right, String wrong) {
        if (!right) {
            System.out.println(wrong);
            System.exit(1);
        }
    }
}

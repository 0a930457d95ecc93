import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Asks a TURN server on loopback (RFC 8656, RFC 6062) what it would relay to: prints each address that it wrongly permits or wrongly denies, and whether it
 * opens TCP connections. Used by {@code check}: java TurnProbe.java PORT SECRET FAMILIES
 * [SECRET-THAT-IS-WRONG], where FAMILIES is 1 for IPv4 alone, 2 for IPv6 too.
 */
final class TurnProbe {
    private static final int MAGIC = 0x2112A442;
    private static final int ALLOCATE = 3;
    private static final int CREATE_PERMISSION = 8;
    private static final int SUCCESS = 0x100;
    private static final String[] DENIED = {
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.9", "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "0.0.0.0", "240.0.0.1",
        "::1", "::", "::ffff:127.0.0.1", "::ffff:192.168.1.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:1::1", "fc00::1", "fd12::1",
        "fe80::1", "fec0::1", "ff02::1"
    };
    private static final String[] PERMITTED = {"203.0.113.9", "8.8.8.8", "2001:db8::1", "2a00::1"};

    private final int port;
    private final byte[] user = (System.currentTimeMillis() / 1_000 + 3_600 + ":probe").getBytes(StandardCharsets.UTF_8);
    private final String password;
    private final SecureRandom random = new SecureRandom();

    private TurnProbe(int port, String secret) throws Exception {
        this.port = port;
        this.password = Base64.getEncoder().encodeToString(hmac(secret.getBytes(StandardCharsets.UTF_8), user));
    }

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        TurnProbe probe = new TurnProbe(port, arguments[1]);
        int wrong = 0;
        for (int family = 1; family <= Integer.parseInt(arguments[2]); family++) {
            wrong += probe.count(family);
        }
        if (probe.allocatesTcp()) {
            System.out.println("opens TCP connections");
            wrong++;
        }
        if (arguments.length > 3 && new TurnProbe(port, arguments[3]).isTaken()) {
            System.out.println("takes the secret '" + arguments[3] + "'");
            wrong++;
        }
        System.exit(wrong == 0 ? 0 : 1);
    }

    /** How many addresses of a family are wrongly permitted or denied: by one allocation, since a user may have a few alone. */
    private int count(int family) throws Exception {
        int wrong = 0;
        try (Allocation allocation = open(family)) {
            for (boolean permitted : new boolean[] {false, true}) {
                for (String peer : permitted ? PERMITTED : DENIED) {
                    byte[] address = bytes(peer);
                    if (address.length == (family == 1 ? 4 : 16) && allocation.permits(address) != permitted) {
                        System.out.println((permitted ? "denies " : "permits ") + peer);
                        wrong++;
                    }
                }
            }
        }
        return wrong;
    }

    /** IPv4-mapped addresses stay as they are written, which Java's own class does not let them. */
    private static byte[] bytes(String peer) throws IOException {
        if (!peer.startsWith("::ffff:")) {
            return InetAddress.getByName(peer).getAddress();
        }
        ByteBuffer mapped = ByteBuffer.allocate(16).putShort(10, (short) -1);
        mapped.position(12);
        return mapped.put(InetAddress.getByName(peer.substring(7)).getAddress()).array();
    }

    /** An allocation over UDP for relaying to a family (RFC 8656, 18.6). */
    private Allocation open(int family) throws Exception {
        DatagramSocket socket = new DatagramSocket();
        socket.setSoTimeout(3_000);
        Allocation allocation = new Allocation(request -> {
            socket.send(new DatagramPacket(request, request.length, InetAddress.getLoopbackAddress(), port));
            DatagramPacket answer = new DatagramPacket(new byte[2_048], 2_048);
            socket.receive(answer);
            return ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
        }, socket);
        if (!allocation.allocates(17, family)) {
            throw new IOException("no allocation");
        }
        return allocation;
    }

    private boolean isTaken() throws Exception {
        try (Allocation allocation = open(1)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean allocatesTcp() throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 3_000);
            socket.setSoTimeout(3_000);
            return new Allocation(request -> {
                socket.getOutputStream().write(request);
                byte[] head = socket.getInputStream().readNBytes(20);
                byte[] rest = socket.getInputStream().readNBytes(ByteBuffer.wrap(head).getShort(2));
                return ByteBuffer.allocate(head.length + rest.length).put(head).put(rest).flip();
            }, () -> {}).allocates(6, 1);
        }
    }

    private interface Exchange {
        ByteBuffer answer(byte[] request) throws IOException;
    }

    private final class Allocation implements AutoCloseable {
        private final Exchange exchange;
        private final AutoCloseable end;
        private Map<Integer, byte[]> challenge = Map.of();

        Allocation(Exchange exchange, AutoCloseable end) {
            this.exchange = exchange;
            this.end = end;
        }

        /** The first answer names realm and nonce; the second one counts. */
        boolean allocates(int transport, int family) throws Exception {
            ByteArrayOutputStream attributes = new ByteArrayOutputStream();
            add(attributes, 0x19, new byte[] {(byte) transport, 0, 0, 0});
            if (family == 2) {
                add(attributes, 0x17, new byte[] {2, 0, 0, 0});
            }
            return succeeds(ALLOCATE, attributes.toByteArray()) || succeeds(ALLOCATE, attributes.toByteArray());
        }

        boolean permits(byte[] peer) throws Exception {
            byte[] id = id();
            byte[] mask = ByteBuffer.allocate(16).putInt(MAGIC).put(id).array();
            ByteBuffer address = ByteBuffer.allocate(4 + peer.length)
                    .put((byte) 0).put((byte) (peer.length == 4 ? 1 : 2)).putShort((short) (9 ^ MAGIC >>> 16));
            for (int i = 0; i < peer.length; i++) {
                address.put((byte) (peer[i] ^ mask[i]));
            }
            ByteArrayOutputStream attributes = new ByteArrayOutputStream();
            add(attributes, 0x12, address.array());
            return succeeds(CREATE_PERMISSION, attributes.toByteArray(), id);
        }

        private boolean succeeds(int method, byte[] attributes) throws Exception {
            return succeeds(method, attributes, id());
        }

        private boolean succeeds(int method, byte[] attributes, byte[] id) throws Exception {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.write(attributes);
            if (!challenge.isEmpty()) {
                add(body, 0x06, user);
                add(body, 0x14, challenge.get(0x14));
                add(body, 0x15, challenge.get(0x15));
                String realm = new String(challenge.get(0x14), StandardCharsets.UTF_8);
                byte[] key = MessageDigest.getInstance("MD5")
                        .digest((new String(user, StandardCharsets.UTF_8) + ":" + realm + ":" + password).getBytes(StandardCharsets.UTF_8));
                add(body, 0x08, hmac(key, message(method, body.size() + 24, id, body.toByteArray())));
            }
            ByteBuffer answer = exchange.answer(message(method, body.size(), id, body.toByteArray()));
            int type = answer.getShort();
            Map<Integer, byte[]> told = new HashMap<>();
            answer.position(20);
            while (answer.remaining() >= 4) {
                int name = answer.getShort();
                byte[] value = new byte[answer.getShort()];
                answer.get(value);
                answer.position(Math.min(answer.limit(), answer.position() + (-value.length & 3)));
                told.put(name, value);
            }
            if (told.containsKey(0x14)) {
                challenge = told;
            }
            return type == (method | SUCCESS);
        }

        @Override
        public void close() throws Exception {
            end.close();
        }
    }

    private byte[] id() {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return id;
    }

    private static byte[] message(int method, int length, byte[] id, byte[] body) {
        return ByteBuffer.allocate(20 + body.length).putShort((short) method).putShort((short) length).putInt(MAGIC).put(id).put(body).array();
    }

    private static void add(ByteArrayOutputStream attributes, int name, byte[] value) throws IOException {
        DataOutputStream out = new DataOutputStream(attributes);
        out.writeShort(name);
        out.writeShort(value.length);
        out.write(value);
        out.write(new byte[-value.length & 3]);
    }

    private static byte[] hmac(byte[] key, byte[] text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA1")); // keys are filled up with zeros (RFC 2104)
        return mac.doFinal(text);
    }
}

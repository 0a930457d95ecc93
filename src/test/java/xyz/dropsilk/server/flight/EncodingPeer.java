package xyz.dropsilk.server.flight;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.UsersList;

/** A client whose messages and lists are encoded as for a socket, and thrown away. For one thread. */
final class EncodingPeer implements Peer {
    private static final AtomicLong COUNT = new AtomicLong();

    private final String id = String.format("bench%011d", COUNT.incrementAndGet());
    private final InetAddress address;
    private final NetworkKey network;
    private final ByteBuf out;
    private @Nullable UsersList due;
    private long shown;
    private int lists;
    private @Nullable String code;

    /** A client on the IPv4 network {@code number}, which shares {@code out} with others. */
    EncodingPeer(int number, ByteBuf out) {
        try {
            address = InetAddress.getByAddress(
                    new byte[] {52, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
        this.network = NetworkKey.of(address);
        this.out = out;
    }

    /** The code of the flight that it created last. */
    String code() {
        return String.valueOf(code);
    }

    /** How many lists it has been sent. */
    int lists() {
        return lists;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public InetAddress address() {
        return address;
    }

    @Override
    public NetworkKey network() {
        return network;
    }

    @Override
    public void send(ServerMessage message) {
        out.clear();
        message.writeTo(out);
        String text = message.toString();
        if (text.startsWith("{\"type\":\"flight-created\"")) {
            int from = text.indexOf("\"flightCode\":\"") + "\"flightCode\":\"".length();
            code = text.substring(from, from + 6);
        }
    }

    @Override
    public void sendThenEmptyList(ServerMessage message) {
        due = null;
        send(message);
        UsersList.EMPTY.writeTo(out);
    }

    @Override
    public void show(UsersList list) {
        due = list;
    }

    @Override
    public void flush() {
        UsersList list = due;
        if (list != null) {
            due = null;
            long fingerprint = list.fingerprint();
            if (fingerprint != shown) {
                shown = fingerprint;
                lists++;
                list.writeTo(out.clear());
            }
        }
    }

    @Override
    public void admit(long pairing) {}

    @Override
    public void link(@Nullable Link link) {}

    @Override
    public boolean relay(long pairing, byte[] message, int from, int length) {
        return true;
    }

    @Override
    public boolean discoverable() {
        return true;
    }

    @Override
    public void replaced() {}

    @Override
    public void dismissed() {}
}

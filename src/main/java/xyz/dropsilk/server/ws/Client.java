package xyz.dropsilk.server.ws;

import java.net.InetAddress;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.UsersList;

/**
 * A client as the registry knows it: who it is, what is on its way to it, and where its signals go. Knows of its socket only what
 * others may do to that: what it is told goes into its {@link Outbox}. Safe on any thread.
 */
final class Client implements Peer {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Characters of an id: 16 of 32 kinds are 80 bits. */
    private static final int ID_LENGTH = 16;

    private static final int ID_RADIX = 32;

    private final String id;
    private final InetAddress address;
    private final NetworkKey network;
    private final Outbox outbox;
    private final boolean discoverable;
    private final Socket socket;

    private volatile @Nullable Link link;

    /** What may become of the client's socket by others' doing. Any thread. */
    interface Socket {
        /** Another one took its place: it is closed. */
        void replaced();

        /** It is closed if the client takes part in nothing. */
        void dismissed();
    }

    /** A client on the instance {@code home}, which its id begins with; empty where there is only one. */
    Client(String home, InetAddress address, NetworkKey network, Outbox outbox, boolean discoverable, Socket socket) {
        this.id = home + randomId();
        this.address = address;
        this.network = network;
        this.outbox = outbox;
        this.discoverable = discoverable;
        this.socket = socket;
    }

    private static String randomId() {
        byte[] random = new byte[ID_LENGTH];
        RANDOM.nextBytes(random); // all at once: each draw costs two hashes
        StringBuilder id = new StringBuilder(ID_LENGTH);
        for (byte b : random) {
            id.append(Character.forDigit(b & (ID_RADIX - 1), ID_RADIX));
        }
        return id.toString();
    }

    /** Where the client's signals go now. */
    @Nullable
    Link link() {
        return link;
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
        outbox.send(message);
    }

    @Override
    public void sendThenEmptyList(ServerMessage message) {
        outbox.sendThenEmptyList(message);
    }

    @Override
    public void show(UsersList list) {
        outbox.show(list);
    }

    @Override
    public void admit(long pairing) {
        outbox.admit(pairing);
    }

    @Override
    public void link(@Nullable Link link) {
        this.link = link;
    }

    @Override
    public boolean relay(long pairing, byte[] message, int from, int length) {
        return outbox.relay(pairing, message, from, length);
    }

    @Override
    public boolean relayTimed(long pairing, byte[] message, int from, int length, long readAt) {
        return outbox.relayTimed(pairing, message, from, length, readAt);
    }

    @Override
    public void flush() {
        outbox.flush();
    }

    @Override
    public boolean discoverable() {
        return discoverable;
    }

    @Override
    public void replaced() {
        socket.replaced();
    }

    @Override
    public void dismissed() {
        socket.dismissed();
    }
}

package xyz.dropsilk.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.Peer;
import xyz.dropsilk.server.limit.CodeTries;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.protocol.UsersList;

/**
 * A client that keeps what it is told, as JSON text, by the rules of {@code ws.Outbox}: messages leave in the order of their appending once
 * they are flushed, a list that waits gives way to a newer one, one that changes nothing is not told. Safe on any thread.
 */
public final class RecordingPeer implements Peer, CodeTries {
    private static final AtomicLong COUNT = new AtomicLong();

    private final String id;
    private final InetAddress address;
    private final NetworkKey network;

    private final List<String> queued = new ArrayList<>();
    private final List<String> received = new ArrayList<>();
    private int taken;
    private @Nullable UsersList due;
    private long shown;
    private boolean showAnyway = true;
    private long admitted = NO_PAIRING;

    private volatile @Nullable Link link;
    private volatile boolean mayTry = true;
    private int wrongCodes;
    private volatile boolean broken;
    private volatile boolean wasReplaced;
    private volatile boolean wasDismissed;
    private volatile boolean discoverable = true;
    private volatile @Nullable List<String> journal;

    /** A client at {@code address}, in digits. */
    public RecordingPeer(String address) {
        this("", address);
    }

    /** A client at {@code address} of the instance {@code home}. */
    public RecordingPeer(String home, String address) {
        this.id = home + "peer" + String.format("%012d", COUNT.incrementAndGet());
        try {
            this.address = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
        this.network = NetworkKey.of(this.address);
    }

    // --- what a test asks ---

    /** All that has left for this client. */
    public synchronized List<String> received() {
        return List.copyOf(received);
    }

    /** What has left since the last call. */
    public synchronized List<String> take() {
        List<String> since = List.copyOf(received.subList(taken, received.size()));
        taken = received.size();
        return since;
    }

    /** Like {@link #take}, and forgets it, so that a long test needs no memory. */
    public synchronized List<String> drain() {
        List<String> since = take();
        received.clear();
        taken = 0;
        return since;
    }

    /** Where its signals go. */
    public @Nullable Link link() {
        return link;
    }

    /** Sends a signal as the client's session does; false if there is nobody to send it to. */
    public boolean signal(String data) {
        Link to = link;
        if (to == null) {
            return false;
        }
        signal(to, data);
        return true;
    }

    /** Sends a signal by a link that may be an old one. */
    public static void signal(Link link, String data) {
        byte[] message = ("..." + signalOf(data) + "...").getBytes(UTF_8);
        if (link.to().relay(link.pairing(), message, 3, message.length - 6)) {
            link.count(message.length - 6);
        }
        link.to().flush();
    }

    /** The text of the signal that carries {@code data}. */
    public static String signalOf(String data) {
        return "{\"type\":\"signal\",\"data\":" + data + "}";
    }

    /** Whether the client may try a code from now on. */
    public void mayTryCode(boolean may) {
        mayTry = may;
    }

    /** How many wrong codes the client has named. */
    public synchronized int wrongCodes() {
        return wrongCodes;
    }

    /** The same client, but one that nobody is to see. */
    public RecordingPeer undiscoverable() {
        discoverable = false;
        return this;
    }

    /** Whether another socket took its place in its room. */
    public boolean wasReplaced() {
        return wasReplaced;
    }

    /** Whether it was told to go since the server is about to stop. */
    public boolean wasDismissed() {
        return wasDismissed;
    }

    /** From now on {@link #flush} throws, as no peer should. */
    public void breakDown() {
        broken = true;
    }

    /** Notes each call from now on in {@code journal}, which several peers may share. */
    public void noteIn(List<String> journal) {
        this.journal = journal;
    }

    private void note(String call) {
        List<String> notes = journal;
        if (notes != null) {
            notes.add(id + ' ' + call);
        }
    }

    // --- what the registry asks ---

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
    public synchronized void send(ServerMessage message) {
        note("send");
        queued.add(message.toString());
    }

    @Override
    public synchronized void sendThenEmptyList(ServerMessage message) {
        due = null;
        send(message);
        show(UsersList.EMPTY);
    }

    @Override
    public synchronized void show(UsersList list) {
        note("show");
        if (!list.equals(UsersList.EMPTY)) {
            due = list;
            return;
        }
        due = null;
        showAnyway = true;
        queued.add(text(list));
    }

    @Override
    public synchronized void admit(long pairing) {
        note("admit");
        admitted = pairing;
    }

    @Override
    public void link(@Nullable Link link) {
        note("link");
        this.link = link;
    }

    @Override
    public synchronized boolean relay(long pairing, byte[] message, int from, int length) {
        if (pairing != admitted) {
            return false;
        }
        queued.add(new String(message, from, length, UTF_8));
        return true;
    }

    @Override
    public synchronized void flush() {
        note("flush");
        if (broken) {
            throw new IllegalStateException("broken");
        }
        UsersList list = due;
        due = null;
        if (list != null && (showAnyway || list.fingerprint() != shown)) {
            showAnyway = false;
            shown = list.fingerprint();
            queued.add(text(list));
        }
        received.addAll(queued);
        queued.clear();
    }

    @Override
    public boolean discoverable() {
        return discoverable;
    }

    @Override
    public void replaced() {
        wasReplaced = true;
    }

    @Override
    public void dismissed() {
        wasDismissed = true;
    }

    @Override
    public boolean mayTry() {
        return mayTry;
    }

    @Override
    public synchronized void failed() {
        wrongCodes++;
    }

    private static String text(UsersList list) {
        ByteBuf json = Unpooled.buffer(list.length());
        list.writeTo(json);
        return json.toString(UTF_8);
    }

    @Override
    public String toString() {
        return id + "@" + address.getHostAddress();
    }
}

package xyz.dropsilk.server.flight;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.RoomSockets;
import xyz.dropsilk.server.testing.RecordingPeer;

/** Some clients and the one thread that acts for them, as an event loop does: at random, and as carelessly as clients are. */
final class Loop {
    private static final int CLIENTS = 5;
    private static final String[] ADDRESSES = {"192.168.1.2", "10.0.0.1", "203.0.113.7"};
    private static final String[] NAMES = {"Ada", "Bob", "Cyd"};

    /** Where clients of all loops find codes and each other: few of both, so that they get in each other's way. */
    static final class NoticeBoard {
        private final AtomicReferenceArray<String> codes = new AtomicReferenceArray<>(10);
        private final AtomicReferenceArray<String> ids = new AtomicReferenceArray<>(16);
    }

    /** A client of this loop. */
    static final class Client {
        final RecordingPeer peer;
        final Conversation heard;
        String name = "Anonymous";
        private Peer.@Nullable Link used;
        private int sent;

        private Client(RecordingPeer peer) {
            this.peer = peer;
            this.heard = new Conversation(peer);
        }
    }

    private final FlightRegistry registry;
    private final NoticeBoard board;
    private final Random random;
    private final List<Client> clients = new ArrayList<>();
    private long signalsHeard;

    Loop(FlightRegistry registry, NoticeBoard board, long seed) {
        this.registry = registry;
        this.board = board;
        this.random = new Random(seed);
    }

    /** Does {@code operations} things. */
    void run(int operations) {
        for (int i = 0; i < operations; i++) {
            if (clients.size() < CLIENTS) {
                connect();
            } else {
                act(clients.get(random.nextInt(CLIENTS)), random.nextInt(100));
            }
        }
    }

    private void connect() {
        Client client = new Client(new RecordingPeer(ADDRESSES[random.nextInt(ADDRESSES.length)]));
        clients.add(client);
        registry.connect(client.peer);
        board.ids.set(random.nextInt(board.ids.length()), client.peer.id());
    }

    private void act(Client client, int kind) {
        RecordingPeer peer = client.peer;
        if (kind < 8) {
            disconnect(client);
        } else if (kind < 18) {
            client.name = NAMES[random.nextInt(NAMES.length)];
            registry.rename(peer, client.name);
        } else if (kind < 28) {
            registry.createFlight(peer);
            client.heard.listen();
            board.codes.set(random.nextInt(board.codes.length()), client.heard.code());
        } else if (kind < 60) {
            String code = board.codes.get(random.nextInt(board.codes.length()));
            registry.joinFlight(peer, code == null ? "AAAAAA" : code, peer);
        } else if (kind < 68) {
            client.heard.listen();
            String id = board.ids.get(random.nextInt(board.ids.length()));
            registry.invite(peer, id == null ? "nobodyatall0" : id, client.heard.code(), peer);
        } else if (kind < 99) {
            signal(client);
        } else {
            registry.checkInvariants();
        }
    }

    private static void signal(Client client) {
        Peer.Link link = client.peer.link();
        Peer.Link before = client.used;
        if (!Objects.equals(link, before)) {
            client.used = link;
            client.sent = 0;
            if (before != null) {
                RecordingPeer.signal(before, "\"late\""); // must reach nobody
            }
        }
        if (link != null) {
            RecordingPeer.signal(link, '"' + client.peer.id() + "/" + client.sent++ + '"');
        }
    }

    private void disconnect(Client client) {
        clients.remove(client);
        Peer.Link last = client.peer.link();
        registry.disconnect(client.peer, RoomSockets.End.CLOSED);
        if (last != null) {
            RecordingPeer.signal(last, "\"late\""); // must reach nobody
        }
        client.peer.flush(); // what was appended and is not flushed yet
        client.heard.listen();
        signalsHeard += client.heard.signals();
    }

    void disconnectAll() {
        List.copyOf(clients).forEach(this::disconnect);
    }

    /** Those connected, all that they were told until now heard. To be called while the loop rests. */
    List<Client> clients() {
        clients.forEach(client -> client.heard.listen());
        return clients;
    }

    /** Signals that reached clients who are gone. */
    long signalsHeard() {
        return signalsHeard;
    }
}

package xyz.dropsilk.server.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.protocol.User;

/** What this instance has to say, appended by anybody in the order of the decisions. {@link Sending} puts it into words and sends it. */
final class Outgoing implements Bus {
    /** Two brackets, names and numbers round a signal. */
    private static final int SIGNAL_OVERHEAD = 256;

    private final String self;
    private final SendQueue queue;
    private final Hearings hearings;
    private final Neighbours neighbours;
    private final Tally tally;
    private final Duration roomLives;

    /** What the instance {@code self} has to say, where a room of which nobody is heard lives for {@code roomLives}. */
    Outgoing(String self, SendQueue queue, Hearings hearings, Neighbours neighbours, Tally tally, Duration roomLives) {
        this.self = self;
        this.queue = queue;
        this.hearings = hearings;
        this.neighbours = neighbours;
        this.tally = tally;
        this.roomLives = roomLives;
    }

    @Override
    public String home() {
        return self;
    }

    @Override
    public void read(String id, String code) {
        queue.add(new Item.Read(id, code));
    }

    @Override
    public void check(String code) {
        queue.add(new Item.Read(null, code));
    }

    @Override
    public void hear(String id, String code, List<String> participants, String known) {
        hearings.ask(id, new Engine.Hearing(code, participants, known, roomLives));
    }

    @Override
    public Duration roomLives() {
        return roomLives;
    }

    @Override
    public void propose(Proposal proposal) {
        queue.add(new Item.Propose(proposal));
    }

    @Override
    public void mark(String id) {
        queue.add(new Item.Post(self, number -> LetterJson.mark(self, number, id), ""));
    }

    @Override
    public boolean relay(String to, long pairing, byte[] message, int from, int length) {
        String text = new String(message, from, length, UTF_8);
        boolean taken = queue.offer(
                new Item.Post(Bus.homeOf(to), number -> LetterJson.signal(self, number, to, pairing), text),
                length + SIGNAL_OVERHEAD);
        if (!taken) {
            tally.undelivered(1, "undelivered: too much waits for the engine");
        }
        return taken;
    }

    @Override
    public void invite(String to, NetworkKey network, String code, User from) {
        Letter.Invitation invitation = new Letter.Invitation(to, network, code, from);
        queue.add(new Item.Post(Bus.homeOf(to), number -> LetterJson.invitation(self, number, invitation), ""));
    }

    @Override
    public void overRate() {
        tally.undelivered(1, "undelivered: a pairing sends more than may cross instances");
    }

    @Override
    public void watch(NetworkKey network) {
        neighbours.watch(network);
    }

    @Override
    public void unwatch(NetworkKey network) {
        neighbours.unwatch(network);
    }

    @Override
    public void publish(NetworkKey network) {
        neighbours.publish(network);
    }
}

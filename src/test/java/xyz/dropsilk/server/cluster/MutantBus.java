package xyz.dropsilk.server.cluster;

import java.time.Duration;
import java.util.List;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.flight.Bus;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;

/** A way to other instances with one thing left out. */
final class MutantBus implements Bus {
    private final Mutant mutant;
    private final Bus real;

    MutantBus(Mutant mutant, Bus real) {
        this.mutant = mutant;
        this.real = real;
    }

    @Override
    public void propose(Proposal proposal) {
        if (mutant != Mutant.NOT_INSISTED || !isInsisted(proposal)) {
            real.propose(proposal);
        }
    }

    /** All else that is decided counts, or tells somebody that it is there or gone. */
    private static boolean isInsisted(Proposal proposal) {
        Entry next = proposal.next();
        return next != null
                && proposal.decision().facts().isEmpty()
                && proposal.decision().deliveries().stream().allMatch(each -> each instanceof Delivery.Expelled);
    }

    @Override
    public void check(String code) {
        if (mutant != Mutant.NOT_LOOKED_AGAIN) {
            real.check(code);
        }
    }

    @Override
    public String home() {
        return real.home();
    }

    @Override
    public Duration roomLives() {
        return real.roomLives();
    }

    @Override
    public void read(String id, String code) {
        real.read(id, code);
    }

    @Override
    public void hear(String id, String code, List<String> participants, String known) {
        real.hear(id, code, participants, known);
    }

    @Override
    public void mark(String id) {
        real.mark(id);
    }

    @Override
    public boolean relay(String to, long pairing, byte[] message, int from, int length) {
        return real.relay(to, pairing, message, from, length);
    }

    @Override
    public void invite(String to, NetworkKey network, String code, User from) {
        real.invite(to, network, code, from);
    }

    @Override
    public void watch(NetworkKey network) {
        real.watch(network);
    }

    @Override
    public void unwatch(NetworkKey network) {
        real.unwatch(network);
    }

    @Override
    public void publish(NetworkKey network) {
        real.publish(network);
    }

    @Override
    public void overRate() {
        real.overRate();
    }
}

package xyz.dropsilk.server.flight;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.protocol.Listed;
import xyz.dropsilk.server.protocol.User;
import xyz.dropsilk.server.rules.Delivery;
import xyz.dropsilk.server.rules.Entry;

/**
 * The door through which what other instances have to say comes in: each call does one thing under the registry's lock. Called by the one thread
 * that reads it, in the order in which it was read.
 */
public final class Gateway {
    private final FlightRegistry registry;

    Gateway(FlightRegistry registry) {
        this.registry = registry;
    }

    private void shared(Consumer<SharedRecords> work) {
        Instant now = registry.instant();
        registry.run(state -> {
            SharedRecords shared = state.shared();
            if (shared != null) {
                shared.at(now);
                work.accept(shared);
            }
        });
    }

    private <T> T ask(Function<RegistryState, T> question) {
        return registry.call(question);
    }

    // --- records ---

    /** Answers {@link Bus#read}. */
    public void read(String id, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        shared(records -> records.read(id, version, entry, ages));
    }

    /** Answers {@link Bus#check}. */
    public void checked(String code, String version, @Nullable Entry entry, Map<String, Duration> ages) {
        shared(records -> records.checked(code, version, entry, ages));
    }

    /** Answers {@link Bus#hear}; {@code isSame} if the record is the version that was named, and {@code entry} says nothing. */
    public void heard(
            String id, String code, String version, boolean isSame, @Nullable Entry entry, Map<String, Duration> ages) {
        shared(records -> records.rooms().heard(id, code, version, isSame, entry, ages));
    }

    /** {@link Bus#hear} can't be answered. */
    public void unheard(String id) {
        shared(records -> records.rooms().unheard(id));
    }

    /** Whoever is attached to a room here is heard of. */
    public void hearAttached() {
        shared(records -> records.rooms().hearAttached());
    }

    /** The engine has just lost its memory, or all that is known to anybody should be in it again. */
    public void rebuilding(boolean now) {
        shared(records -> records.rebuilding(now));
    }

    /** Answers {@link Bus#propose} where the record was {@code entry} already; {@code again} if it was sent before that. */
    public void refused(String id, String version, @Nullable Entry entry, boolean again) {
        shared(records -> records.refused(id, version, entry, again));
    }

    /** Answers {@link Bus#propose} where an instance that must hear of it is not there. */
    public void unreachable(String id) {
        shared(records -> records.unreachable(id));
    }

    /** Answers {@link Bus#propose} and {@link Bus#read} where the engine refuses to work; false to be asked again later. */
    public boolean unanswered(String id) {
        List<Boolean> done = new ArrayList<>(1);
        shared(records -> done.add(records.unanswered(id)));
        return done.contains(true);
    }

    /** Whether {@link Bus#propose} is still to have its way as {@code version}: it may have been decided again. */
    public boolean isProposed(String id, String version) {
        List<Boolean> proposed = new ArrayList<>(1);
        shared(records -> proposed.add(records.isProposed(id, version)));
        return proposed.contains(true);
    }

    /** Answers {@link Bus#mark}. */
    public void marked(String id) {
        shared(records -> records.marked(id));
    }

    /** What was proposed here or by another instance has come true. */
    public void committed(
            String id, String code, String base, String version, @Nullable Entry entry, List<Delivery> deliveries) {
        shared(records -> records.committed(id, code, base, version, entry, deliveries));
    }

    /** {@link Bus#propose} has had its way with what lives under {@code code}, but not all whom it concerns have heard of it. */
    public void unheardOf(String code) {
        shared(records -> records.unheard(code));
    }

    /** Nobody can be asked any more. */
    public void away() {
        shared(SharedRecords::away);
    }

    /** The others can be asked again, and all that they had told is read. */
    public void back() {
        shared(SharedRecords::back);
    }

    /** This instance leaves the others: whoever waits for them is answered. */
    public void close() {
        shared(SharedRecords::close);
    }

    /** To be called some ten times a second: whoever waits too long is answered. */
    public void hurry() {
        shared(SharedRecords::hurry);
    }

    /** Compares each flight with a member here with its record, which lives on by that. */
    public void checkAll() {
        shared(SharedRecords::checkAll);
    }

    /** Looks again at what was decided here alone. */
    public void checkThoseAlone() {
        shared(SharedRecords::checkThoseAlone);
    }

    // --- instances ---

    /** The instance {@code home} is dead, or has stopped: its clients are in no list and no flight any more. */
    public void died(String home, boolean stopped) {
        shared(records -> records.died(home, stopped));
        registry.run(state -> state.grouper().hideElsewhere((there, at) -> there.equals(home)));
    }

    /** The instance {@code home} lives, or was wrongly thought dead. */
    public void lives(String home) {
        shared(records -> records.lives(home));
    }

    /** The instances that clients here take part in something with, or see somebody of. */
    public Set<String> partners() {
        Set<String> homes = new HashSet<>();
        shared(records -> homes.addAll(records.partners()));
        registry.run(state ->
                state.grouper().networks().values().forEach(network -> homes.addAll(network.elsewhere.keySet())));
        return homes;
    }

    // --- what is said between clients ---

    /** A signal for the client {@code to}: {@code message} as it is. The client to be flushed later, if it was let in. */
    public @Nullable SignalSink signal(String to, long pairing, byte[] message) {
        Recipient found = registry.look(state ->
                        Optional.ofNullable(state.member(to)).map(member -> new Recipient(member.peer, member.signals)))
                .orElse(null);
        if (found == null || !found.peer.relay(pairing, message, 0, message.length)) {
            return null;
        }
        Signals signals = found.signals;
        if (signals != null) {
            signals.heard(pairing);
        }
        return found.peer;
    }

    private record Recipient(Peer peer, @Nullable Signals signals) {}

    /** Somebody of {@code network} invites the client {@code to}. */
    public void invited(String to, NetworkKey network, String code, User from) {
        long now = registry.nanos();
        registry.run(state -> state.invited(to, network, code, from, now));
    }

    // --- lists ---

    /** On the instance {@code home} {@code listed} can be seen, in order of arrival. */
    public void shows(NetworkKey network, String home, List<Listed> listed) {
        long now = registry.nanos();
        registry.run(state -> state.grouper().showElsewhere(network, home, listed, now));
    }

    /** What was told before {@code since}, ticker nanoseconds, counts no more. */
    public void forgetToldBefore(long since) {
        BiPredicate<String, Long> isOld = (home, toldAt) -> toldAt - since < 0;
        registry.run(state -> state.grouper().hideElsewhere(isOld));
    }

    /** Who can be seen here, by network; networks of which nobody can are left out. */
    public Map<NetworkKey, List<Listed>> seenHere() {
        return ask(state -> {
            Map<NetworkKey, List<Listed>> seen = new LinkedHashMap<>();
            state.grouper().networks().forEach((key, network) -> {
                List<Listed> here = state.grouper().seenHere(network);
                if (!here.isEmpty()) {
                    seen.put(key, here);
                }
            });
            return seen;
        });
    }

    /** Who of {@code network} can be seen here. */
    public List<Listed> seenHere(NetworkKey network) {
        return ask(state -> {
            Network found = state.grouper().networks().get(network);
            return found == null ? List.of() : state.grouper().seenHere(found);
        });
    }
}

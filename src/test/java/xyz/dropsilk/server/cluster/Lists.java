package xyz.dropsilk.server.cluster;

import static xyz.dropsilk.server.cluster.World.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xyz.dropsilk.server.address.NetworkKey;

/** Whether everybody's list names all who are in no full flight, and nobody else, a moment after somebody has come, gone, met or parted. */
final class Lists {
    /** A newcomer is shown after 150 ms, in a round, and then to those of other instances in a round of theirs. */
    private static final long QUIET_NANOS = Duration.ofMillis(400).toNanos();

    private final Map<NetworkKey, Quiet> networks = new HashMap<>();

    /**
     * A network of which nothing is heard.
     *
     * @param happened what had happened there by then
     * @param since ticker nanoseconds
     */
    private record Quiet(List<String> happened, long since) {}

    /** Looks at {@code now} at all {@code here}; what is wrong before {@code healed} is none of its business. Ticker nanoseconds. */
    void look(List<Traveller> here, long now, long healed) {
        Map<NetworkKey, List<Traveller>> all = new LinkedHashMap<>();
        here.forEach(who -> all.computeIfAbsent(who.peer.network(), key -> new ArrayList<>())
                .add(who));
        all.forEach((network, some) -> look(network, some, now, healed));
    }

    private void look(NetworkKey network, List<Traveller> here, long now, long healed) {
        List<String> happened = here.stream()
                .map(who -> who.peer.id() + ' ' + who.peersJoined + ' ' + who.peersLeft)
                .toList();
        Quiet quiet = networks.get(network);
        if (quiet == null || !quiet.happened.equals(happened)) {
            networks.put(network, new Quiet(happened, now));
        } else if (now - quiet.since >= QUIET_NANOS && now - healed >= QUIET_NANOS) {
            check(here);
        }
    }

    /** {@code here} are all of one network. */
    private static void check(List<Traveller> here) {
        List<String> listed = here.stream()
                .filter(who -> who.partner == null)
                .map(who -> who.peer.id())
                .sorted()
                .toList();
        for (Traveller who : here) {
            if (who.partner == null) {
                List<String> others =
                        listed.stream().filter(id -> !id.equals(who.peer.id())).toList();
                List<String> seen = Traveller.idsIn(who.list);
                require(seen.equals(others), () -> who + " sees " + seen + " and not " + others);
            }
        }
    }
}

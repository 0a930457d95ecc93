package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;

/** A round that fails before it begins: nobody waits for what becomes of a timer's task. */
final class PresenceFaultTest implements Presence.Rounds {
    private final ManualExecutor time = new ManualExecutor();
    private final CollectedEvents events = new CollectedEvents();
    private final Presence presence = new Presence(time, time::nanos, this, events);
    private boolean broken;

    @Override
    public long showNext(Network network, long arrival, int most) {
        return Presence.ALL_SHOWN;
    }

    @Override
    public long costOfRound(Network network) {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        return 0;
    }

    @Override
    public long nextArrival(Network network, long now) {
        return now;
    }

    @Override
    public boolean endRound(Network network) {
        return false;
    }

    @Test
    void isSeen() {
        presence.due(new Network(new NetworkKey(NetworkKey.Kind.IPV4, 1), time.nanos()));
        broken = true;
        time.advance(Duration.ofSeconds(1));
        assertEquals(List.of("system:error"), events.names());
    }
}

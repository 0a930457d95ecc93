package xyz.dropsilk.server.ws;

import xyz.dropsilk.server.meter.Counts;
import xyz.dropsilk.server.meter.Histogram;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;

/** What is counted and measured of all sessions. Safe on any thread. */
public final class SessionMeters {
    private final boolean timesSignals;
    private final Counts<CloseCause> closed = Counts.of(CloseCause.class, CloseCause::word);
    private final Histogram roundTrip = Histogram.ofSeconds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10);
    private final Histogram relayTime =
            Histogram.ofSeconds(0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.01, 0.05, 0.25, 1);

    /** Nothing counted yet; {@code timesSignals} says whether anybody will ask how long signals take. */
    public SessionMeters(boolean timesSignals) {
        this.timesSignals = timesSignals;
    }

    boolean timesSignals() {
        return timesSignals;
    }

    void closed(CloseCause cause) {
        closed.increment(cause);
    }

    /** A ping was answered after {@code nanos}. */
    void answered(long nanos) {
        roundTrip.record(nanos);
    }

    /** A signal of the sample was on its way for {@code nanos}. */
    void relayed(long nanos) {
        relayTime.record(nanos);
    }

    /** Adds them to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counters(Names.CONNECTIONS_CLOSED, "Clients that left, by why.", "cause", closed::sums);
        meters.histogram("dropsilk_ping_round_trip_seconds", "Time from a ping until it was answered.", roundTrip);
        if (timesSignals) {
            meters.histogram(
                    "dropsilk_signal_relay_seconds",
                    "Time from the read of a signal until it was written to its receiver's socket, of one in 64.",
                    relayTime);
        }
    }
}

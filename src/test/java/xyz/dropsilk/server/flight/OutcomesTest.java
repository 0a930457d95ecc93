package xyz.dropsilk.server.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.meter.Histogram;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.testing.RecordingPeer;

/** The contract, 6: what became of flights, from what the server sees. */
class OutcomesTest {
    private static final String ENDED = "dropsilk_flights_ended_total";

    private final Airfield field = new Airfield();
    private final Meters meters = new Meters();
    private final RecordingPeer creator = field.connect("192.168.1.2");
    private final RecordingPeer guest = field.connect("192.168.1.3");

    @BeforeEach
    void count() {
        field.registry.addTo(meters);
    }

    private void assertEnded(long met, long silent, long lonely) {
        assertEquals(Map.of("met", met, "silent", silent, "lonely", lonely), meters.values(ENDED));
    }

    private Histogram.Distribution distribution(String name) {
        return meters.all().stream()
                .filter(meter -> meter.name().equals(name))
                .map(Meter::samples)
                .flatMap(samples -> samples.get().stream())
                .map(sample -> sample.distribution())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFlightToWhichNobodyCameIsLonely() {
        field.flightOf(creator);
        field.disconnect(creator);
        assertEnded(0, 0, 1);
        assertEquals(0, distribution("dropsilk_flight_paired_seconds").count());
    }

    @Test
    void aFlightInWhichOneSideSaidNothingIsSilent() {
        field.flightOf(creator, guest);
        creator.signal("1");
        creator.signal("2");
        field.disconnect(guest);
        field.disconnect(creator);
        assertEnded(0, 1, 0);
    }

    @Test
    void aFlightInWhichSignalsWentBothWaysMet() {
        field.flightOf(creator, guest);
        creator.signal("1");
        guest.signal("2");
        field.disconnect(creator);
        field.disconnect(guest);
        assertEnded(1, 0, 0);
    }

    @Test
    void oneSignalEachInPairingsOfTheirOwnIsNoMeeting() {
        String code = field.flightOf(creator, guest);
        guest.signal("1");
        field.disconnect(guest);
        RecordingPeer next = field.connect("192.168.1.4");
        field.registry.joinFlight(next, code, next);
        creator.signal("2");
        field.disconnect(next);
        field.disconnect(creator);
        assertEnded(0, 1, 0);
    }

    @Test
    void aMeetingIsNotForgottenByALaterSilence() {
        String code = field.flightOf(creator, guest);
        creator.signal("1");
        guest.signal("2");
        field.disconnect(guest);
        RecordingPeer next = field.connect("192.168.1.4");
        field.registry.joinFlight(next, code, next);
        field.disconnect(next);
        field.disconnect(creator);
        assertEnded(1, 0, 0);
    }

    @Test
    void theTimeToTheFirstPeerIsThatOfTheFirstAlone() {
        String code = field.flightOf(creator);
        field.passMillis(4_000);
        field.registry.joinFlight(guest, code, guest);
        assertEquals(4, distribution("dropsilk_flight_first_peer_seconds").sum(), 0.1);
        field.disconnect(guest);
        field.passMillis(60_000);
        RecordingPeer next = field.connect("192.168.1.4");
        field.registry.joinFlight(next, code, next);
        assertEquals(1, distribution("dropsilk_flight_first_peer_seconds").count());
    }

    @Test
    void theTimePairedIsThatOfAllPairingsOfAFlight() {
        String code = field.flightOf(creator, guest);
        field.passMillis(5_000);
        field.disconnect(guest);
        field.passMillis(60_000);
        RecordingPeer next = field.connect("192.168.1.4");
        field.registry.joinFlight(next, code, next);
        field.passMillis(2_000);
        field.disconnect(creator);
        field.passMillis(60_000);
        field.disconnect(next);
        assertEquals(7, distribution("dropsilk_flight_paired_seconds").sum(), 0.1);
    }

    @Test
    void pairingsAreToldApartByNetwork() {
        field.flightOf(creator, guest);
        field.flightOf(field.connect("203.0.113.1"), field.connect("203.0.113.2"));
        assertEquals(Map.of("lan", 1L, "wan", 1L), meters.values("dropsilk_flights_joined_total"));
    }

    @Test
    void signalsAndTheirBytesAreCounted() {
        field.flightOf(creator, guest);
        creator.signal("\"x\"");
        assertEquals(1, meters.value("dropsilk_signals_total"));
        assertEquals(RecordingPeer.signalOf("\"x\"").length(), meters.value("dropsilk_signal_bytes_total"));
    }
}

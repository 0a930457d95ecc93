package xyz.dropsilk.server.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.testing.CollectedEvents;

class AlarmsTest {
    private final CollectedEvents told = new CollectedEvents();
    private final Alarms alarms = new Alarms(told);
    private final Meters meters = new Meters();

    @Test
    void faultsWarningsAndGuessingAreCountedAndAllIsPassedOn() {
        alarms.addTo(meters);
        alarms.publish(ServerEvent.systemError("here", new IllegalStateException()));
        alarms.publish(ServerEvent.linesDropped(5)); // a warning: no fault of the server's
        alarms.publish(ServerEvent.configWarning("half"));
        alarms.publish(ServerEvent.guessingAlarm(600));
        alarms.publish(ServerEvent.refused(Refusal.WRONG_CODE, "ip", "id"));
        assertEquals(1, meters.value("dropsilk_faults_total"));
        assertEquals(1, meters.value("dropsilk_config_warnings_total"));
        assertEquals(1, meters.value("dropsilk_guessing_alarms_total"));
        assertEquals(5, told.all().size());
    }
}

package xyz.dropsilk.server.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.testing.CollectedEvents;

class AlarmsTest {
    private final CollectedEvents told = new CollectedEvents();
    private final Alarms alarms = new Alarms(told);
    private final Meters meters = new Meters();

    /** As the limit of wrong codes tells of it. */
    private record Guessing() implements ServerEvent {
        @Override
        public String eventName() {
            return "flight:error";
        }

        @Override
        public Level level() {
            return Level.ERROR;
        }
    }

    @Test
    void faultsWarningsAndGuessingAreCountedAndAllIsPassedOn() {
        alarms.addTo(meters);
        alarms.publish(new SystemEvent.Fault("here", new IllegalStateException()));
        alarms.publish(new SystemEvent.LosingLines("here")); // a warning: no fault of the server's
        alarms.publish(new SystemEvent.ConfigWarning("half"));
        alarms.publish(new Guessing());
        alarms.publish(new Refused(Refusal.WRONG_CODE, null));
        assertEquals(1, meters.value("dropsilk_faults_total"));
        assertEquals(1, meters.value("dropsilk_config_warnings_total"));
        assertEquals(1, meters.value("dropsilk_guessing_alarms_total"));
        assertEquals(5, told.all().size());
    }
}

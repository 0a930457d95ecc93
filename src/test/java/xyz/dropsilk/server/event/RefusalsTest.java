package xyz.dropsilk.server.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.api.LogAccess;
import xyz.dropsilk.server.flight.ClientEvent;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualTicker;

final class RefusalsTest {
    private static final InetAddress SOMEBODY = InetAddress.getLoopbackAddress();

    private final ManualTicker ticker = new ManualTicker();
    private final CollectedEvents passedOn = new CollectedEvents();
    private final Refusals refusals = new Refusals(passedOn, ticker);

    private void refuse(Refusal refusal) {
        refusals.publish(new Refused(refusal, SOMEBODY));
    }

    @Test
    void theFirstOfAKindIsPassedOnAtOnce() {
        refuse(Refusal.ORIGIN);
        refuse(Refusal.WRONG_CODE);

        assertEquals(2, passedOn.all().size());
        ServerEvent event = passedOn.all().get(0);
        assertEquals("http:error", event.eventName());
        assertEquals("origin", event.fields().get("reason"));
        assertNull(event.fields().get("leftOut"));
    }

    @Test
    void oneASecondIsPassedOnWithTheNumberOfThoseLeftOut() {
        for (int i = 0; i < 10_000; i++) {
            refuse(Refusal.MESSAGE_RATE);
            ticker.pass(Duration.ofMillis(1));
        }
        assertEquals(10, passedOn.all().size());
        for (ServerEvent event : passedOn.all().subList(1, 10)) {
            assertEquals(999L, event.fields().get("leftOut"));
        }
    }

    @Test
    void oneKindDoesNotSilenceAnother() {
        for (int i = 0; i < 100; i++) {
            refuse(Refusal.INVALID_MESSAGE);
        }
        refuse(Refusal.JOIN_RATE);
        assertEquals(1, passedOn.named("flight:error").size());
    }

    @Test
    void everyAccessToTheLogIsPassedOnAndARefusedOneCounted() {
        for (int i = 0; i < 10; i++) {
            refusals.publish(i == 0 ? new LogAccess.Granted(SOMEBODY, true) : new LogAccess.Refused(SOMEBODY, false));
        }
        assertEquals(10, passedOn.named("system:log_access").size());
        assertEquals(9, refusals.totals().get("log_access"));
    }

    @Test
    void allOtherEventsPassUnchanged() {
        for (int i = 0; i < 100; i++) {
            refusals.publish(new ClientEvent.RegisteredDetails("c" + i, "Ada"));
        }
        assertEquals(100, passedOn.named("client:registered_details").size());
    }

    @Test
    void everyKindIsCountedFromNothing() {
        for (int i = 0; i < 5; i++) {
            refuse(Refusal.DEAD);
        }
        Map<String, Long> totals = refusals.totals();
        assertEquals(Refusal.values().length, totals.size());
        assertEquals(5L, totals.get("dead"));
        assertEquals(0L, totals.get("origin"));
        assertEquals(5L, totals.values().stream().mapToLong(Long::longValue).sum());
    }
}

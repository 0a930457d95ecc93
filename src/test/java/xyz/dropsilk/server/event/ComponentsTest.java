package xyz.dropsilk.server.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ComponentsTest {
    private record Sample(
            Level level,
            Refusal refusal,
            String text,
            @Nullable String absent,
            Duration seconds,
            InetAddress ip) implements ServerEvent {
        @Override
        public String eventName() {
            return "test:sample";
        }
    }

    @Test
    void aRecordsComponentsAreItsFieldsInTheirOrder() {
        InetAddress ip = InetAddress.getLoopbackAddress();
        Sample sample = new Sample(Level.WARN, Refusal.DEAD, "word", "here", Duration.ofMillis(1_500), ip);
        assertEquals(
                "{text=word, absent=here, seconds=1.5, ip=" + ip + "}",
                sample.fields().toString());
    }

    @Test
    void whatIsNullIsLeftOut() {
        Sample sample =
                new Sample(Level.WARN, Refusal.DEAD, "word", null, Duration.ZERO, InetAddress.getLoopbackAddress());
        assertEquals(
                List.of("text", "seconds", "ip"), List.copyOf(sample.fields().keySet()));
    }

    @Test
    void aFaultIsItsStackTrace() {
        Map<String, @Nullable Object> fields = new SystemEvent.Fault("here", new IllegalStateException("why")).fields();
        assertTrue(String.valueOf(fields.get("error")).startsWith("java.lang.IllegalStateException: why"));
    }

    @Test
    void aRefusalBeginsWithItsReason() {
        assertEquals(
                List.of("reason", "ip"),
                List.copyOf(new Refused(Refusal.API_RATE, InetAddress.getLoopbackAddress())
                        .fields()
                        .keySet()));
    }
}

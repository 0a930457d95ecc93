package xyz.dropsilk.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.flight.ClientEvent;
import xyz.dropsilk.server.flight.FlightEvent;
import xyz.dropsilk.server.testing.ManualTime;

final class EventLogTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final StandardOutput.Loss NO_LOSS = new StandardOutput.Loss() {
        @Override
        public void begun() {}

        @Override
        public void over(long lines, Duration time) {}
    };

    private record TestEvent(Level level, String eventName, Map<String, @Nullable Object> fields)
            implements ServerEvent {}

    private final LogRing ring = new LogRing(100, new ManualTime());
    private final EventSink log = log(Level.DEBUG);

    private static EventLog.Settings settings(Level threshold) {
        return new EventLog.Settings(threshold, LogFormat.JSON, false, LogAddresses.FULL);
    }

    private EventSink log(Level threshold) {
        return EventLog.into(ring, unused(), settings(threshold), new ManualTime());
    }

    private static InetAddress address(String text) {
        return Objects.requireNonNull(IpAddress.literal(text));
    }

    private static StandardOutput unused() {
        return new StandardOutput(new ByteArrayOutputStream(), NO_LOSS, () -> 0);
    }

    private static ServerEvent event(Level level, Map<String, @Nullable Object> fields) {
        return new TestEvent(level, "client:connected", fields);
    }

    private String line() {
        List<byte[]> lines = ring.snapshot();
        assertEquals(1, lines.size());
        return new String(lines.get(0), UTF_8);
    }

    private JsonNode json() throws Exception {
        String line = line();
        assertTrue(line.endsWith("\n"));
        assertEquals(line.length() - 1, line.indexOf('\n'), "one line");
        return JSON.readTree(line);
    }

    @Test
    void noLineIsLongerThanDockerTakes() throws Exception {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("text", "\ud83d\ude00".repeat(20_000));
        fields.put("odd", "x" + "\ud83d\ude00".repeat(5_000));
        fields.put("list", Collections.nCopies(3_000, Map.of("name", "\u4e2d".repeat(50))));
        log.publish(event(Level.INFO, fields));

        String line = line();
        assertTrue(line.getBytes(UTF_8).length <= LineBuffer.MAX_BYTES, "bytes");
        JsonNode json = json();
        assertEquals("client:connected", json.path("message").asText());
        assertTrue(json.path("cut").asBoolean());
        assertTrue(json.path("text").asText().codePoints().allMatch(c -> c == 0x1F600), "no half of a pair");
        assertTrue(json.path("list").size() > 0);
    }

    @Test
    void aStackTraceEndsWithAWholeCharacter() throws Exception {
        for (String before : List.of("", "x")) {
            ring.snapshot();
            LogRing own = new LogRing(1, new ManualTime());
            EventLog.into(own, unused(), settings(Level.INFO), new ManualTime())
                    .publish(new SystemEvent.Fault(
                            "here", new IllegalStateException(before + "\ud83d\ude00".repeat(5_000))));
            String error = JSON.readTree(own.snapshot().get(0)).path("error").asText();
            assertTrue(!Character.isSurrogate(error.charAt(error.length() - 1))
                    || Character.isLowSurrogate(error.charAt(error.length() - 1)));
        }
    }

    @Test
    void anEventIsOneJsonObjectALine() {
        log.publish(new ClientEvent.Connected("0123456789abcdef", address("2001:db8::1")));

        assertEquals(
                "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"level\":\"INFO\",\"message\":\"client:connected\","
                        + "\"id\":\"0123456789abcdef\",\"ip\":\"2001:db8::1\"}\n",
                line());
    }

    @Test
    void fieldsOfAllKindsAreJson() throws Exception {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("null", null);
        fields.put("true", true);
        fields.put("int", 1);
        fields.put("long", Long.MAX_VALUE);
        fields.put("double", 1.5);
        fields.put("none", Double.NaN);
        fields.put("list", List.of("a", 2, List.of(), Map.of("b", false)));
        fields.put("map", Map.of("c", Map.of("d", List.of(1))));
        fields.put("other", Level.WARN);
        log.publish(event(Level.WARN, fields));

        JsonNode json = json();
        assertEquals("WARN", json.get("level").textValue());
        assertTrue(json.get("null").isNull());
        assertTrue(json.get("true").booleanValue());
        assertEquals(1, json.get("int").intValue());
        assertEquals(Long.MAX_VALUE, json.get("long").longValue());
        assertEquals(1.5, json.get("double").doubleValue());
        assertEquals("NaN", json.get("none").textValue());
        assertEquals("[\"a\",2,[],{\"b\":false}]", json.get("list").toString());
        assertEquals("{\"c\":{\"d\":[1]}}", json.get("map").toString());
        assertEquals("WARN", json.get("other").textValue());
    }

    @Test
    void aStoryNestsInItsEvent() throws Exception {
        log.publish(new FlightEvent.Told(Map.of(
                "meta", Map.of("flightCode", "ABC234"),
                "timeline", List.of(Map.of("event", "created"), Map.of("event", "peer_joined")))));

        JsonNode json = json();
        assertEquals("FLIGHT STORY COMPLETE", json.get("message").textValue());
        assertEquals("ABC234", json.at("/story/meta/flightCode").textValue());
        assertEquals("peer_joined", json.at("/story/timeline/1/event").textValue());
    }

    @Test
    void nothingInAFieldCanForgeALine() throws Exception {
        String forged = "x\"}\n{\"level\":\"ERROR\"}\r\u0000\u001b[31m\u0085\u2028\\";
        log.publish(event(Level.INFO, Map.of("name", forged, forged, 1)));

        JsonNode json = json();
        assertEquals(forged, json.get("name").textValue());
        assertEquals(1, json.get(forged).intValue());
        assertFalse(
                line().chars().limit(line().length() - 1L).anyMatch(c -> c < ' '), "control characters are escaped");
    }

    @Test
    void anEventThatCannotBePrintedIsSeenAndHurtsNobody() throws Exception {
        Object faulty = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("on purpose");
            }
        };
        log.publish(event(Level.INFO, Map.of("value", faulty)));

        JsonNode json = json();
        assertEquals("ERROR", json.get("level").textValue());
        assertEquals("system:error", json.get("message").textValue());
        assertEquals("log line of client:connected", json.get("where").textValue());
        assertEquals("java.lang.IllegalStateException", json.get("error").textValue());
    }

    @Test
    void halfAPairIsSeenAndHurtsNobody() throws Exception {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("high", "a\ud83d");
        fields.put("low", "\ude00b");
        fields.put("whole", "\ud83d\ude00");
        fields.put("key\udfff", List.of("\ud800", Map.of("\ud800\ud800", "\udc00\ud800")));
        log.publish(event(Level.INFO, fields));

        JsonNode json = json();
        assertEquals("client:connected", json.get("message").textValue());
        assertEquals("a\ufffd", json.get("high").textValue());
        assertEquals("\ufffdb", json.get("low").textValue());
        assertEquals("\ud83d\ude00", json.get("whole").textValue());
        assertEquals(
                "[\"\ufffd\",{\"\ufffd\ufffd\":\"\ufffd\ufffd\"}]",
                json.get("key\ufffd").toString());
    }

    @Test
    void manyMembersAreBoundedAndTheLineStaysJson() throws Exception {
        Map<String, @Nullable Object> many = new LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            many.put("\u0001key " + i, i);
        }
        List<Object> deep = new ArrayList<>();
        deep.add(deep); // without end
        deep.add(deep);
        for (Map<String, ?> fields : List.<Map<String, ?>>of(
                many,
                Map.of("object", many),
                Map.of("list", List.copyOf(many.values())),
                Map.of("lists", Collections.nCopies(1_000, Collections.nCopies(1_000, many))),
                Map.of("\u0002".repeat(50_000), "\u0001".repeat(50_000)),
                Map.of("deep", deep))) {
            LogRing own = new LogRing(1, new ManualTime());
            EventLog.into(own, unused(), settings(Level.INFO), new ManualTime())
                    .publish(event(Level.WARN, new LinkedHashMap<>(fields)));

            byte[] line = own.snapshot().get(0);
            JsonNode json = JSON.readTree(line);
            assertTrue(line.length <= LineBuffer.MAX_BYTES, "bytes " + line.length);
            assertEquals("client:connected", json.get("message").textValue());
            assertTrue(json.get("cut").booleanValue());
        }
    }

    @Test
    void eventsBelowTheThresholdAreNotWritten() {
        EventSink warnings = log(Level.WARN);
        warnings.publish(event(Level.DEBUG, Map.of()));
        warnings.publish(event(Level.INFO, Map.of()));
        assertEquals(0, ring.snapshot().size());
        warnings.publish(event(Level.WARN, Map.of()));
        warnings.publish(event(Level.ERROR, Map.of()));
        assertEquals(2, ring.snapshot().size());
    }

    @Test
    void aStackTraceIsBounded() throws Exception {
        StackOverflowError deep = new StackOverflowError();
        StackTraceElement[] frames = new StackTraceElement[10_000];
        Arrays.fill(frames, new StackTraceElement("some.Type", "method", "Type.java", 1));
        deep.setStackTrace(frames);
        log.publish(new SystemEvent.Fault("somewhere", deep));

        String error = json().get("error").textValue();
        assertTrue(error.startsWith("java.lang.StackOverflowError"));
        assertTrue(error.length() <= 4_000);
    }
}

package xyz.dropsilk.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.event.ServerEvent;

/** {@code docs/EVENTS.md} has the events that the code has, each with its fields, and no others. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EventsPageIT {
    private static final Path PAGE = Path.of("docs", "EVENTS.md");
    private static final Pattern EVENT = Pattern.compile("### `(.+)`");
    private static final Pattern FIELD = Pattern.compile("\\| `(\\w+)` \\|.*");
    private static final Pattern WORD = Pattern.compile("`(\\w+)`");

    /** The fields of each event, and the reasons of each kind of refusal, as the page has them. */
    private static Map<String, Set<String>> page(boolean reasons) throws Exception {
        Map<String, Set<String>> page = new TreeMap<>();
        Set<String> now = new TreeSet<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher event = EVENT.matcher(line);
            Matcher field = FIELD.matcher(line);
            if (event.matches()) {
                now = new TreeSet<>();
                page.put(event.group(1), now);
            } else if (field.matches() && !reasons) {
                assertTrue(now.add(field.group(1)), "twice: " + line);
            } else if (line.startsWith("Reasons: ") && reasons) {
                WORD.matcher(line).results().map(word -> word.group(1)).forEach(now::add);
            }
        }
        page.values().removeIf(words -> reasons && words.isEmpty());
        return page;
    }

    @Test
    void thePageHasEveryEventWithItsFields() throws Exception {
        Map<String, Set<String>> known = new TreeMap<>();
        for (Class<?> type : eventRecords()) {
            for (ServerEvent event : samples(type)) {
                Set<String> fields = known.computeIfAbsent(event.eventName(), name -> new TreeSet<>());
                fields.addAll(event.fields().keySet());
                Refusal refusal = event.refusal();
                if (refusal != null && refusal != Refusal.LOG_ACCESS) {
                    fields.add("leftOut");
                }
            }
        }
        known.put("system:startup", fieldsOfTheStart());
        assertEquals(lines(known), lines(page(/* reasons= */ false)));
    }

    @Test
    void thePageHasEveryReasonOfARefusal() throws Exception {
        Map<String, Set<String>> known = new TreeMap<>();
        for (Refusal refusal : Refusal.values()) {
            String name = new Refused(refusal, null).eventName();
            known.computeIfAbsent(name, any -> new TreeSet<>()).add(refusal.reason());
        }
        assertEquals(lines(known), lines(page(/* reasons= */ true)));
    }

    private static String lines(Map<String, Set<String>> events) {
        StringBuilder lines = new StringBuilder();
        events.forEach(
                (name, words) -> lines.append(name).append(' ').append(words).append('\n'));
        return lines.toString();
    }

    /** What is on and off is known to the running server alone. */
    private static Set<String> fieldsOfTheStart() {
        try (TestServer server = TestServer.start()) {
            JsonNode start = server.awaitEvent("system:startup", any -> true);
            Set<String> fields = new TreeSet<>();
            start.fieldNames().forEachRemaining(fields::add);
            fields.removeAll(List.of("timestamp", "level", "message"));
            return fields;
        }
    }

    private static List<Class<?>> eventRecords() throws Exception {
        Path classes = Path.of(ServerEvent.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> records = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String path = classes.relativize(file).toString();
                Class<?> type = Class.forName(
                        path.substring(0, path.length() - ".class".length()).replace('/', '.'),
                        /* initialize= */ false,
                        ServerEvent.class.getClassLoader());
                boolean wraps = type.getSimpleName().equals("Sampled");
                if (type.isRecord() && ServerEvent.class.isAssignableFrom(type) && !wraps) {
                    records.add(type);
                }
            }
        }
        assertTrue(records.size() > 30, "found " + records.size());
        return records;
    }

    /** One of {@code type}, every field of which has a value; one for each refusal where it can be of any. */
    private static List<ServerEvent> samples(Class<?> type) throws Exception {
        RecordComponent[] components = type.getRecordComponents();
        boolean isOfAnyKind = Arrays.stream(components).anyMatch(part -> part.getType() == Refusal.class);
        List<ServerEvent> samples = new ArrayList<>();
        Constructor<?> constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        for (Refusal refusal : isOfAnyKind ? Refusal.values() : new Refusal[] {Refusal.ORIGIN}) {
            if (!isOfAnyKind || refusal != Refusal.LOG_ACCESS) {
                samples.add((ServerEvent) constructor.newInstance(Arrays.stream(components)
                        .map(part -> sample(part.getType(), refusal))
                        .toArray()));
            }
        }
        return samples;
    }

    private static Object sample(Class<?> type, Refusal refusal) {
        if (type == Refusal.class) {
            return refusal;
        }
        return Objects.requireNonNull(Map.<Class<?>, Object>of(
                        String.class,
                        "word",
                        int.class,
                        1,
                        long.class,
                        1L,
                        double.class,
                        1.5,
                        boolean.class,
                        true,
                        Duration.class,
                        Duration.ofSeconds(1),
                        InetAddress.class,
                        InetAddress.getLoopbackAddress(),
                        Map.class,
                        Map.of(),
                        Throwable.class,
                        new IllegalStateException("a sample"),
                        Level.class,
                        Level.WARN)
                .get(type));
    }
}

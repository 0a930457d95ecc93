package xyz.dropsilk.server.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import xyz.dropsilk.server.testing.RawClient.Answer;

/** What {@code /metrics} said once, in Prometheus' text. Immutable. */
public final class Scrape {
    private final Map<String, Double> values = new LinkedHashMap<>();
    private final Set<String> names = new TreeSet<>();

    private Scrape(String text) {
        for (String line : text.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                names.add(line.substring("# TYPE ".length(), line.lastIndexOf(' ')));
            } else if (!line.startsWith("#")) {
                int space = line.lastIndexOf(' ');
                values.put(
                        line.substring(0, space),
                        Double.valueOf(line.substring(space + 1).replace("Inf", "Infinity")));
            }
        }
    }

    /** Asks the server on {@code port}. */
    public static Scrape of(int port, String key) {
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n\r\n");
            Answer answer = client.readAnswer();
            assertEquals(200, answer.status(), answer.body());
            return new Scrape(answer.body());
        }
    }

    /** The names that have a type. */
    public Set<String> names() {
        return names;
    }

    /** All series, with their labels. */
    public Set<String> series() {
        return values.keySet();
    }

    /** The series of one name. */
    public List<String> series(String name) {
        return values.keySet().stream()
                .filter(series -> series.equals(name) || series.startsWith(name + "{"))
                .toList();
    }

    /** What one series says, by its name with its labels; 0 where there is none. */
    public long value(String series) {
        return Math.round(values.getOrDefault(series, 0.0));
    }

    /** What all series of one name say together. */
    public long sum(String name) {
        return series(name).stream().mapToLong(this::value).sum();
    }
}

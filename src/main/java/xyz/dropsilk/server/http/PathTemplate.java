package xyz.dropsilk.server.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A path with parameters, {@code /rooms/{code}/join}: each stands for one segment that is not empty. Immutable. */
final class PathTemplate {
    private final List<Segment> segments;

    /** What stands between two slashes: {@code text} itself, or any value of the parameter that is called so. */
    private record Segment(String text, boolean isParameter) {
        static Segment of(String written) {
            boolean isParameter = written.startsWith("{") && written.endsWith("}");
            return new Segment(isParameter ? written.substring(1, written.length() - 1) : written, isParameter);
        }

        /** Whether it can stand for what {@code path} has from {@code from} up to {@code to}. */
        boolean fits(String path, int from, int to) {
            return isParameter ? to > from : to - from == text.length() && path.startsWith(text, from);
        }
    }

    private PathTemplate(List<Segment> segments) {
        this.segments = segments;
    }

    /** Reads {@code path}; null if it has no parameter. */
    static @Nullable PathTemplate of(String path) {
        return path.indexOf('{') < 0
                ? null
                : new PathTemplate(
                        Stream.of(path.split("/", -1)).map(Segment::of).toList());
    }

    /** What {@code path} names, each percent-decoded once; null if it is another path. A parameter that can't be decoded is left out. */
    @Nullable
    Map<String, String> match(String path) {
        Map<String, String> parameters = Map.of();
        int from = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            boolean isLast = i == segments.size() - 1;
            if (isLast != (slash < 0) || !segment.fits(path, from, to)) {
                return null;
            }
            if (segment.isParameter()) {
                parameters = with(parameters, segment.text(), PercentEncoding.decode(path.substring(from, to)));
            }
            from = to + 1;
        }
        return parameters;
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, @Nullable String value) {
        if (value == null) {
            return parameters;
        } else if (parameters.isEmpty()) {
            return Map.of(name, value);
        }
        Map<String, String> more = new HashMap<>(parameters);
        more.put(name, value);
        return more;
    }
}

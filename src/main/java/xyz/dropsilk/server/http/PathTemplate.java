package xyz.dropsilk.server.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A path with parameters, {@code /rooms/{code}/join}: each stands for one segment that is not empty. Immutable. */
final class PathTemplate {
    private final String[] segments;

    private PathTemplate(String[] segments) {
        this.segments = segments;
    }

    /** Reads {@code path}; null if it has no parameter. */
    static @Nullable PathTemplate of(String path) {
        return path.indexOf('{') < 0 ? null : new PathTemplate(segments(path));
    }

    /** The segments of {@code path}, for {@link #match}. */
    static String[] segments(String path) {
        return path.split("/", -1);
    }

    /**
     * What a path of {@code asked} segments names, each percent-decoded once; null if it is another path. A parameter that can't be decoded is left
     * out.
     */
    @Nullable
    Map<String, String> match(String[] asked) {
        if (asked.length != segments.length) {
            return null;
        }
        Map<String, String> parameters = new HashMap<>(4);
        for (int i = 0; i < asked.length; i++) {
            if (!isParameter(segments[i])) {
                if (!segments[i].equals(asked[i])) {
                    return null;
                }
            } else if (asked[i].isEmpty()) {
                return null;
            } else {
                String decoded = PercentEncoding.decode(asked[i]);
                if (decoded != null) {
                    parameters.put(segments[i].substring(1, segments[i].length() - 1), decoded);
                }
            }
        }
        return parameters;
    }

    private static boolean isParameter(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }
}

package xyz.dropsilk.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** {@code uploadthing-vectors.json}: what the real SDK makes of what. */
public final class Vectors {
    private static final JsonNode ALL = load();

    private Vectors() {}

    /** The section called {@code name}. */
    public static JsonNode section(String name) {
        JsonNode section = ALL.path(name);
        if (section.isMissingNode()) {
            throw new IllegalArgumentException("no such section: " + name);
        }
        return section;
    }

    /** The members of a section that is a list, which has some. */
    public static List<JsonNode> list(JsonNode section) {
        if (section.isEmpty()) {
            throw new IllegalStateException("a section without vectors");
        }
        return section.valueStream().toList();
    }

    private static JsonNode load() {
        try (InputStream in = Vectors.class.getResourceAsStream("/uploadthing-vectors.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PathTemplateTest {
    private static @Nullable Map<String, String> match(String path) {
        PathTemplate template = PathTemplate.of("/rooms/{code}/people/{person}/ready");
        assertNotNull(template);
        return template.match(path);
    }

    @Test
    void aParameterIsOneSegmentDecodedOnce() {
        assertEquals(Map.of("code", "ABC", "person", "x"), match("/rooms/ABC/people/x/ready"));
        assertEquals(Map.of("code", "A/C", "person", "%41+é"), match("/rooms/A%2FC/people/%2541+%C3%A9/ready"));
    }

    @Test
    void whatCannotBeDecodedIsLeftOut() {
        assertEquals(Map.of("person", "x"), match("/rooms/%FF/people/x/ready"));
    }

    @Test
    void otherPathsAreOthers() {
        for (String path : List.of(
                "/rooms//people/x/ready",
                "/rooms/ABC/people//ready",
                "/rooms/ABC/people/x",
                "/rooms/ABC/people/x/ready/",
                "/rooms/ABC/people/x/%72eady",
                "rooms/ABC/people/x/ready",
                "/Rooms/ABC/people/x/ready")) {
            assertNull(match(path), path);
        }
    }

    @Test
    void aPathWithoutParametersIsNone() {
        assertNull(PathTemplate.of("/rooms"));
    }
}

package xyz.dropsilk.server.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.yaml.snakeyaml.Yaml;

/** A description of an interface in YAML, whose schemas values can be held to. Safe on any thread. */
public final class Description {
    private static final JsonMapper JSON = new JsonMapper();

    private final SchemaRegistry registry =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12, builder -> {});
    private final JsonNode root;
    private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

    private Description(JsonNode root) {
        this.root = root;
    }

    /** The one in {@code docs} of this name. */
    public static Description of(String name) {
        try {
            // Not by Jackson, whose trees do not know what an alias stands for.
            return new Description(JSON.valueToTree(new Yaml().load(Files.readString(Path.of("docs", name)))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands at {@code pointer} (RFC 6901). */
    public JsonNode at(String pointer) {
        return root.at(pointer);
    }

    /** {@code node}, or what it refers to. */
    public JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? resolved(root.at(node.path("$ref").asText().substring(1))) : node;
    }

    /** Fails unless {@code value} is as {@code schema}, a part of this description, says. */
    public void check(JsonNode schema, JsonNode value, String what) {
        assertEquals(
                List.of(),
                schemas.computeIfAbsent(schema, this::compiled).validate(value).stream()
                        .map(Object::toString)
                        .toList(),
                () -> what + ": " + value);
    }

    /** With all that it may refer to. */
    private Schema compiled(JsonNode schema) {
        ObjectNode whole = JSON.createObjectNode();
        whole.putArray("allOf").add(schema);
        whole.set("components", root.path("components"));
        return registry.getSchema(whole);
    }
}

package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Header fields as a request brings them. */
public final class TestFields {
    private TestFields() {}

    /** Fields of {@code namesAndValues}, one after the other. */
    public static Fields of(String... namesAndValues) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            lines.append(namesAndValues[i])
                    .append(": ")
                    .append(namesAndValues[i + 1])
                    .append("\r\n");
        }
        byte[] bytes = lines.toString().getBytes(ISO_8859_1);
        try {
            return Fields.parse(bytes, 0, bytes.length);
        } catch (MalformedRequest e) {
            throw new IllegalArgumentException("no fields: " + lines, e);
        }
    }

    /** Fields of {@code namesAndValues}. */
    public static Fields of(Iterable<Map.Entry<String, String>> namesAndValues) {
        List<String> all = new ArrayList<>();
        for (Map.Entry<String, String> field : namesAndValues) {
            all.add(field.getKey());
            all.add(field.getValue());
        }
        return of(all.toArray(new String[0]));
    }
}

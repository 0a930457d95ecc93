package xyz.dropsilk.server.http;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The header fields of one answer in the order in which they are sent, each name once and in one spelling. Immutable. */
public final class ResponseFields {
    static final ResponseFields NONE = new ResponseFields(new String[0]);

    /** Each name with its value behind it. */
    private final String[] fields;

    private ResponseFields(String[] fields) {
        this.fields = fields;
    }

    /** A name, its value, the next name, and so on. */
    public static ResponseFields of(String... fields) {
        if (fields.length % 2 != 0) {
            throw new IllegalArgumentException("a name without a value");
        }
        return new ResponseFields(fields.clone());
    }

    /** These with {@code name} set to {@code value}. */
    ResponseFields with(String name, String value) {
        int at = find(name);
        String[] more = at < 0 ? Arrays.copyOf(fields, fields.length + 2) : fields.clone();
        int set = at < 0 ? fields.length : at;
        more[set] = name;
        more[set + 1] = value;
        return new ResponseFields(more);
    }

    /** The value of {@code name}, or null. */
    public @Nullable String get(String name) {
        int at = find(name);
        return at < 0 ? null : fields[at + 1];
    }

    /** Whether there is a field called {@code name}. */
    public boolean has(String name) {
        return find(name) >= 0;
    }

    /** How many there are. */
    public int count() {
        return fields.length / 2;
    }

    /** The name of the field with this number, from 0 on. */
    public String name(int field) {
        return fields[2 * field];
    }

    /** The value of the field with this number, from 0 on. */
    public String value(int field) {
        return fields[2 * field + 1];
    }

    private int find(String name) {
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }
}

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
        return NONE.with(fields);
    }

    /** These with the names in {@code more} set to the values that stand behind them. */
    ResponseFields with(String... more) {
        if (more.length % 2 != 0) {
            throw new IllegalArgumentException("a name without a value");
        }
        String[] all = Arrays.copyOf(fields, fields.length + more.length);
        int length = fields.length;
        for (int i = 0; i < more.length; i += 2) {
            int at = find(all, length, more[i]);
            int set = at < 0 ? length : at;
            all[set] = more[i];
            all[set + 1] = more[i + 1];
            length = Math.max(length, set + 2);
        }
        return new ResponseFields(length == all.length ? all : Arrays.copyOf(all, length));
    }

    /** The value of {@code name}, or null. */
    public @Nullable String get(String name) {
        int at = find(fields, fields.length, name);
        return at < 0 ? null : fields[at + 1];
    }

    /** Whether there is a field called {@code name}. */
    public boolean has(String name) {
        return find(fields, fields.length, name) >= 0;
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

    private static int find(String[] fields, int length, String name) {
        for (int i = 0; i < length; i += 2) {
            if (fields[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }
}

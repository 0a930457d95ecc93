package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one request (RFC 9110, 5), as bytes and where they stand in them: a request has a dozen and few are asked for. Names disregard
 * case. Immutable, safe on any thread.
 */
public final class Fields {
    /** Several times what a browser and the proxies before us send. */
    static final int MAX_FIELDS = 128;

    /** Where a field's name begins and ends, and its value. A header is short enough for 16 bits. */
    private static final int BOUNDS_A_FIELD = 4;

    private static final int USUAL_FIELDS = 16;

    /** Characters of a token (RFC 9110, 5.6.2). */
    private static final boolean[] TOKEN = new boolean[0x80];

    static {
        String token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for (int i = 0; i < token.length(); i++) {
            TOKEN[token.charAt(i)] = true;
        }
    }

    private final byte[] bytes;
    private char[] bounds = new char[USUAL_FIELDS * BOUNDS_A_FIELD];
    private int count;

    private Fields(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The fields in {@code bytes} from {@code from} up to {@code to}: lines that each end in CR LF (RFC 9112, 5). Nothing that another reader could take
     * for something else is forgiven: no blank before a colon, no folded line, no control character. {@code bytes} is kept.
     *
     * @throws MalformedRequest 400, or 431 where there are too many
     */
    static Fields parse(byte[] bytes, int from, int to) throws MalformedRequest {
        if (to > Character.MAX_VALUE) {
            throw new MalformedRequest(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        Fields fields = new Fields(bytes);
        int at = from;
        while (at < to) {
            at = fields.add(at, to);
        }
        return fields;
    }

    /** Adds the field that begins at {@code from}; returns where the next one does. */
    private int add(int from, int to) throws MalformedRequest {
        if (count == MAX_FIELDS) {
            throw new MalformedRequest(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        int colon = from;
        while (colon < to && isToken(bytes[colon])) {
            colon++;
        }
        if (colon == from || colon == to || bytes[colon] != ':') {
            throw new MalformedRequest(HttpResponseStatus.BAD_REQUEST);
        }
        int end = colon + 1;
        while (end < to && isText(bytes[end])) {
            end++;
        }
        if (end + 1 >= to || bytes[end] != '\r' || bytes[end + 1] != '\n') {
            throw new MalformedRequest(HttpResponseStatus.BAD_REQUEST);
        }
        int valueEnd = end;
        int value = colon + 1;
        while (value < valueEnd && isBlank(bytes[value])) {
            value++;
        }
        while (value < valueEnd && isBlank(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        note(from, colon, value, valueEnd);
        return end + 2;
    }

    private void note(int name, int nameEnd, int value, int valueEnd) {
        int at = count * BOUNDS_A_FIELD;
        if (at == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * at);
        }
        bounds[at] = (char) name;
        bounds[at + 1] = (char) nameEnd;
        bounds[at + 2] = (char) value;
        bounds[at + 3] = (char) valueEnd;
        count++;
    }

    /** Whether {@code octet} may stand in a token, such as a field's name or a method. */
    static boolean isToken(byte octet) {
        return octet > 0 && TOKEN[octet];
    }

    /** Whether {@code octet} may stand in a value (RFC 9110, 5.5): what is not ASCII, too. */
    private static boolean isText(byte octet) {
        return octet >= ' ' ? octet != 0x7F : octet < 0 || octet == '\t';
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    /** How often field {@code name} was sent. */
    public int count(CharSequence name) {
        int found = 0;
        for (int i = next(name, 0); i >= 0; i = next(name, i + 1)) {
            found++;
        }
        return found;
    }

    /** Whether field {@code name} was sent. */
    public boolean has(CharSequence name) {
        return next(name, 0) >= 0;
    }

    /** The first value of field {@code name}, or null. */
    public @Nullable String first(CharSequence name) {
        int field = next(name, 0);
        return field < 0 ? null : value(field);
    }

    /** All values of field {@code name}, in the order in which they were sent. */
    public List<String> all(CharSequence name) {
        List<String> values = List.of();
        for (int i = next(name, 0); i >= 0; i = next(name, i + 1)) {
            if (values.isEmpty()) {
                values = new ArrayList<>(1);
            }
            values.add(value(i));
        }
        return values;
    }

    /** Whether field {@code name}, a list separated by commas (RFC 9110, 5.6.1), names {@code option}, in any case. */
    public boolean names(CharSequence name, String option) {
        for (int i = next(name, 0); i >= 0; i = next(name, i + 1)) {
            for (String member : value(i).split(",", -1)) {
                if (member.strip().equalsIgnoreCase(option)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The index of the first field called {@code name}, {@code from} on; -1 if there is none. */
    private int next(CharSequence name, int from) {
        for (int i = from; i < count; i++) {
            if (isName(i, name)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isName(int field, CharSequence name) {
        int start = bounds[field * BOUNDS_A_FIELD];
        int length = bounds[field * BOUNDS_A_FIELD + 1] - start;
        if (length != name.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(bytes[start + i]) != lower(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(int character) {
        return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
    }

    private String value(int field) {
        int start = bounds[field * BOUNDS_A_FIELD + 2];
        return new String(bytes, start, bounds[field * BOUNDS_A_FIELD + 3] - start, ISO_8859_1);
    }
}

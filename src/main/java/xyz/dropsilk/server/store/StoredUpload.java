package xyz.dropsilk.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * An uploaded preview.
 *
 * @param key the file's key at the cloud
 * @param url the address under which it can be read
 * @param name the file's name, as the page gave it
 */
public record StoredUpload(String key, String url, String name) {
    /** The three as text that PostgreSQL takes: no NUL, no half of a surrogate pair. */
    public StoredUpload {
        key = storable(key);
        url = storable(url);
        name = storable(name);
    }

    /** The same with nothing but ASCII, for a database whose encoding has not all characters; the key stays as it is. */
    public StoredUpload inAscii() {
        return new StoredUpload(key, ascii(url), ascii(name));
    }

    /** The key alone, which is enough to delete the file. */
    public StoredUpload keyAlone() {
        return new StoredUpload(key, "", "");
    }

    private static String ascii(String text) {
        return new String(text.getBytes(US_ASCII), US_ASCII);
    }

    /** What it takes to keep one in memory, in UTF-16 units. */
    public int length() {
        return key.length() + url.length() + name.length();
    }

    private static String storable(String text) {
        return new String(text.getBytes(UTF_8), UTF_8).replace('\0', '\uFFFD');
    }
}

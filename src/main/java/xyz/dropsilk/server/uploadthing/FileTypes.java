package xyz.dropsilk.server.uploadthing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;

/** The file name extensions that UploadThing's client and server know. Which one an unknown file had decides only an error's text. */
public final class FileTypes {
    private FileTypes() {}

    /** Whether {@code extension}, in lower case and without a dot, is in the table. */
    public static boolean isKnown(String extension) {
        return Table.EXTENSIONS.contains(extension);
    }

    /** The lines of a list that comes with the program; where it is from stands in NOTICE. */
    static List<String> lines(String resource) {
        try (InputStream in = FileTypes.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource missing: " + resource);
            }
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Read on first use, which is when a file comes without a type. */
    private static final class Table {
        static final Set<String> EXTENSIONS = Set.copyOf(lines("known-extensions.txt"));
    }
}

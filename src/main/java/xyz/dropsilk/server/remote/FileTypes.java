package xyz.dropsilk.server.remote;

import java.util.Set;

/** The file name extensions that UploadThing's client and server know. Which one an unknown file had decides only an error's text. */
public final class FileTypes {
    private FileTypes() {}

    /** Whether {@code extension}, in lower case and without a dot, is in the table. */
    public static boolean isKnown(String extension) {
        return Table.EXTENSIONS.contains(extension);
    }

    /** Read on first use, which is when a file comes without a type. */
    private static final class Table {
        static final Set<String> EXTENSIONS = Set.copyOf(Words.of("known-extensions.txt"));
    }
}

package xyz.dropsilk.server.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import xyz.dropsilk.server.uploadthing.FileTypes;

/** What may be uploaded: one PowerPoint file of at most 64 MiB. */
public final class PreviewRoute {
    /** The route's name in addresses. */
    public static final String SLUG = "previewUpload";

    private static final String TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    private static final String EXTENSION = "pptx";
    private static final double MAX_BYTES = 64 * 1024 * 1024;

    /** The route as clients ask for it. */
    public static final String CONFIG_JSON = """
            [{"slug":"%s","config":{"%s":{"maxFileSize":"64MB","maxFileCount":1,"minFileCount":1,"contentDisposition":"inline"}}}]""".formatted(SLUG, TYPE);

    /** A file as a page describes it; {@code size} in bytes, {@code type} empty if the page knows none. */
    public record File(String name, double size, String type) {}

    private PreviewRoute() {}

    /** The same files with their types, if they may all be uploaded; none is fine. */
    static List<File> accept(List<File> files) throws UploadRefused {
        List<File> accepted = new ArrayList<>(files.size());
        for (File file : files) {
            accepted.add(new File(file.name, file.size, typeOf(file)));
            if (file.size > MAX_BYTES) {
                throw refused("FileSizeMismatch");
            }
        }
        if (accepted.size() > 1) {
            throw refused("FileCountMismatch");
        }
        return accepted;
    }

    /** The type sent, or else the one that the extension stands for; exactly that of the route, or a refusal. */
    private static String typeOf(File file) throws UploadRefused {
        if (file.type.equals(TYPE)) {
            return TYPE;
        }
        if (!file.type.isEmpty()) {
            throw refused("InvalidFileType");
        }
        String extension = file.name.substring(file.name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (extension.equals(EXTENSION)) {
            return TYPE;
        }
        throw refused(FileTypes.isKnown(extension) ? "InvalidFileType" : "UnknownFileType");
    }

    private static UploadRefused refused(String what) {
        return UploadRefused.with(400, "Invalid config: " + what);
    }

    /** Refuses every other route. */
    public static void require(String slug) throws UploadRefused {
        if (!slug.equals(SLUG)) {
            throw UploadRefused.with(404, "No file route found for slug " + slug);
        }
    }
}

package xyz.dropsilk.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import xyz.dropsilk.server.service.PreviewRoute;
import xyz.dropsilk.server.service.UploadRefused;
import xyz.dropsilk.server.service.Uploads;

/** The shapes of what pages and the UploadThing cloud send: JSON to records, refused as a whole if one field is not as it must be. */
final class UploadMessages {
    private static final List<String> FILE_TEXTS =
            List.of("name", "type", "key", "url", "appUrl", "ufsUrl", "fileHash");

    /** The cloud's word that an upload failed. */
    record Failure(String fileKey, String error) {}

    private UploadMessages() {}

    /** The files that a page wants to upload. */
    static List<PreviewRoute.File> files(JsonNode json) throws UploadRefused {
        JsonNode files = json.path("files");
        require(files.isArray());
        List<PreviewRoute.File> result = new ArrayList<>(files.size());
        for (JsonNode file : files) {
            double size = file.path("size").doubleValue();
            require(file.path("size").isNumber()
                    && Double.isFinite(size)
                    && isNumberOrAbsent(file.path("lastModified")));
            result.add(new PreviewRoute.File(text(file, "name"), size, text(file, "type")));
        }
        return result;
    }

    /** The cloud's report of an upload. */
    static Uploads.Report report(JsonNode json) throws UploadRefused {
        JsonNode file = json.path("file");
        require(json.path("status").isTextual() && json.path("metadata").isObject() && isFile(file));
        return new Uploads.Report(
                text(json, "origin"), text(file, "key"), text(file, "url"), text(file, "ufsUrl"), text(file, "name"));
    }

    /** The cloud's word that an upload failed. */
    static Failure failure(JsonNode json) throws UploadRefused {
        return new Failure(text(json, "fileKey"), text(json, "error"));
    }

    /** The refusal of anything that has not the shape it must have. */
    static UploadRefused invalid() {
        return UploadRefused.with(400, "Invalid input");
    }

    private static boolean isFile(JsonNode file) {
        JsonNode customId = file.path("customId");
        return FILE_TEXTS.stream().allMatch(name -> file.path(name).isTextual())
                && file.path("size").isNumber()
                && (customId.isTextual() || customId.isNull())
                && isNumberOrAbsent(file.path("lastModified"));
    }

    private static boolean isNumberOrAbsent(JsonNode value) {
        return value.isNumber() || value.isMissingNode();
    }

    private static String text(JsonNode json, String name) throws UploadRefused {
        JsonNode value = json.path(name);
        require(value.isTextual());
        return value.textValue();
    }

    private static void require(boolean good) throws UploadRefused {
        if (!good) {
            throw invalid();
        }
    }
}

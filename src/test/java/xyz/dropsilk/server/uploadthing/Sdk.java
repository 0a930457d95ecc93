package xyz.dropsilk.server.uploadthing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.function.Supplier;
import xyz.dropsilk.server.base.Secret;

/** What the SDK and the cloud do and this server does not, for tests of other packages. */
public final class Sdk {
    private Sdk() {}

    /** The second part of a key, as the SDK makes it of a file whose fields are {@code parts}, a compact JSON array. */
    public static String filePart(String appId, String parts) {
        return Sqids.encode(FileKeys.alphabet(appId), Math.abs(FileKeys.hash(parts)), FileKeys.FILE_PART_CHARS);
    }

    /** Keys that end in {@code part}. */
    public static FileKeys keys(Supplier<String> part) {
        return new FileKeys(part);
    }

    /** The cloud's signature under {@code body}. */
    public static String signature(String body, String apiKey) {
        return signature(body.getBytes(UTF_8), apiKey);
    }

    /** The cloud's signature under {@code body}. */
    public static String signature(byte[] body, String apiKey) {
        return Signatures.sign(body, new Secret(apiKey));
    }
}

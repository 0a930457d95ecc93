package xyz.dropsilk.server.config;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The text of a {@code .env} file: UTF-8, or UTF-16 with a byte order mark, which is what PowerShell's {@code >} writes.
 *
 * @param text what it says; empty where there is no such file, or no text in it
 * @param problem why it could not be read, in one line, or null
 */
public record DotEnvFile(String text, @Nullable String problem) {
    /** A hundred times what anybody writes by hand. */
    private static final int MAX_BYTES = 1 << 20;

    /** Reads {@code file}, which may be missing; a pipe is as good as a file. */
    public static DotEnvFile read(Path file) {
        if (Files.isDirectory(file)) {
            return wrong(file + " is a directory, and should be a file of KEY=VALUE lines");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                return wrong(file + " is longer than " + MAX_BYTES + " bytes, and should be some KEY=VALUE lines");
            }
            String text =
                    charset(bytes).newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            // Other charsets of wide characters, and this one without its mark, look like text full of zeros.
            return text.indexOf('\0') < 0 ? new DotEnvFile(text, null) : notText(file);
        } catch (NoSuchFileException e) {
            return new DotEnvFile("", null);
        } catch (CharacterCodingException e) {
            return notText(file);
        } catch (AccessDeniedException e) {
            return wrong(file + " can't be read: the user " + System.getProperty("user.name") + " may not");
        } catch (IOException e) {
            return wrong(file + " can't be read: " + e.getClass().getSimpleName());
        }
    }

    private static DotEnvFile notText(Path file) {
        return wrong(file + " should be text in UTF-8: save it so, with any editor");
    }

    private static DotEnvFile wrong(String problem) {
        return new DotEnvFile("", problem);
    }

    private static Charset charset(byte[] bytes) {
        int first = bytes.length > 1 ? (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF) : 0;
        return switch (first) {
            case 0xFFFE -> UTF_16LE;
            case 0xFEFF -> UTF_16BE;
            default -> UTF_8;
        };
    }
}

package xyz.dropsilk.server.config;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The text of a {@code .env} file: UTF-8, or UTF-16 with a byte order mark, which is what PowerShell's {@code >} writes. Stateless. */
public final class DotEnvFile {
    private DotEnvFile() {}

    /**
     * The text of {@code file}; empty where there is no such file.
     *
     * @throws ConfigException if it is no text, or can't be read
     */
    public static String read(Path file) throws ConfigException {
        try {
            byte[] bytes = Files.readAllBytes(file);
            return charset(bytes).newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (NoSuchFileException e) {
            return "";
        } catch (CharacterCodingException e) {
            throw new ConfigException(List.of(file + " should be text in UTF-8: save it so, with any editor"));
        } catch (IOException e) {
            throw new ConfigException(
                    List.of(file + " can't be read: " + e.getClass().getSimpleName()));
        }
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

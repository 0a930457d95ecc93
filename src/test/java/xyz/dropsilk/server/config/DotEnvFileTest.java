package xyz.dropsilk.server.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands where the {@code .env} file is looked for. */
class DotEnvFileTest {
    private static final String TEXT = "CONTACT_EMAIL=schl\u00fcssel@a.b\r\n";

    @TempDir
    private Path directory;

    @Test
    void itMayBeWhatPowerShellWrites() throws IOException {
        for (Charset charset : List.of(UTF_8, UTF_16LE, UTF_16BE)) {
            DotEnvFile read = read(("\ufeff" + TEXT).getBytes(charset));
            assertNull(read.problem());
            assertEquals(
                    "schl\u00fcssel@a.b", DotEnv.parse(read.text()).values().get("CONTACT_EMAIL"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void textInAnotherCharsetIsOneLineThatSaysWhatToDo(String charset) throws IOException {
        assertNotText(read(TEXT.getBytes(Charset.forName(charset))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-32LE", "UTF-32BE"})
    void soIsUtf32WithItsMark(String charset) throws IOException {
        assertNotText(read(("\ufeff" + TEXT).getBytes(Charset.forName(charset))));
    }

    @Test
    void halfACharacterIsNoText() throws IOException {
        assertNotText(read(new byte[] {(byte) 0xFF, (byte) 0xFE, 'A'}));
    }

    @Test
    void aMissingFileSaysNothing() {
        assertEquals(new DotEnvFile("", null), DotEnvFile.read(directory.resolve("none")));
    }

    @Test
    void aDirectoryIsNamedAsOne() {
        assertEquals(
                directory + " is a directory, and should be a file of KEY=VALUE lines",
                DotEnvFile.read(directory).problem());
    }

    @Test
    void whatCannotBeReadIsOneLine() {
        Path loop = directory.resolve("loop");
        assertEquals(
                loop + " can't be read: FileSystemException",
                DotEnvFile.read(link(loop)).problem());
    }

    @Test
    void whatIsTooLongIsOneLine() throws IOException {
        assertEquals(
                file() + " is longer than 1048576 bytes, and should be some KEY=VALUE lines",
                read("#\n".repeat(600_000).getBytes(ISO_8859_1)).problem());
    }

    private static Path link(Path toItself) {
        try {
            return Files.createSymbolicLink(toItself, toItself);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertNotText(DotEnvFile read) {
        assertEquals(
                file() + " should be text in UTF-8: save it so, with any editor",
                Objects.requireNonNull(read.problem()));
        assertEquals("", read.text());
    }

    private DotEnvFile read(byte[] bytes) throws IOException {
        Files.write(file(), bytes);
        return DotEnvFile.read(file());
    }

    private Path file() {
        return directory.resolve(".env");
    }
}

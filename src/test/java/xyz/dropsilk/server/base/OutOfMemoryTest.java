package xyz.dropsilk.server.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a JVM of its own, as it ends. */
class OutOfMemoryTest {
    private static final String PREPARED = "prepared";

    @Test
    void endingLoadsNothing() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load=info:stdout:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Ending.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertEquals(3, process.waitFor());
        assertEquals(List.of(), lines.subList(lines.indexOf(PREPARED) + 1, lines.size()));
    }

    /** What {@code Main} does at its start, and then what runs out of memory. */
    static final class Ending {
        private Ending() {}

        public static void main(String[] arguments) {
            var error = new IllegalStateException(new OutOfMemoryError());
            OutOfMemory.prepare();
            System.out.println(PREPARED);
            OutOfMemory.haltIfIn(error);
        }
    }
}

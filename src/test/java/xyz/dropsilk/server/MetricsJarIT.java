package xyz.dropsilk.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xyz.dropsilk.server.testing.JarProcess;
import xyz.dropsilk.server.testing.RawClient;
import xyz.dropsilk.server.testing.Scrape;

/** What {@code METRICS_ACCESS_KEY} turns on in the jar that users run, and that nothing of it is there without. */
class MetricsJarIT {
    private static final String WITHOUT_KEY = "GET /metrics HTTP/1.0\r\n\r\n";

    @TempDir
    private Path directory;

    private List<String> loadedOfTheLibraries(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log, UTF_8)) {
            return lines.filter(line -> line.contains("io.micrometer.") || line.contains("io.prometheus."))
                    .toList();
        }
    }

    @Test
    void withoutAKeyNothingOfTheLibraryIsLoaded() throws IOException {
        Path log = directory.resolve("classes");
        try (JarProcess jar = JarProcess.jar()
                .jvm("-Xlog:class+load:file=" + log)
                .with("PORT", 0)
                .start()) {
            try (RawClient client = RawClient.connect(jar.port())) {
                client.send(WITHOUT_KEY);
                assertEquals(403, client.readAnswer().status());
            }
            assertEquals(List.of(), loadedOfTheLibraries(log));
            assertTrue(Files.size(log) > 100_000, "classes are logged at all");
        }
    }

    @Test
    void withAKeyTheLibraryComesWithTheFirstScrape() throws IOException {
        Path log = directory.resolve("classes");
        try (JarProcess jar = JarProcess.jar()
                .jvm("-Xlog:class+load:file=" + log)
                .with("PORT", 0)
                .with("METRICS_ACCESS_KEY", "k")
                .start()) {
            try (RawClient client = RawClient.connect(jar.port())) {
                client.send(WITHOUT_KEY);
                assertEquals(403, client.readAnswer().status());
            }
            assertEquals(List.of(), loadedOfTheLibraries(log));
            Scrape.of(jar.port(), "k");
            assertFalse(loadedOfTheLibraries(log).isEmpty());
        }
    }

    @Test
    void withAKeyTheJarHasAllThatItNeeds() {
        try (JarProcess jar =
                JarProcess.jar().with("PORT", 0).with("METRICS_ACCESS_KEY", "k").start()) {
            Scrape scrape = Scrape.of(jar.port(), "k");
            assertTrue(scrape.names().contains("dropsilk_build_info"));
            assertTrue(scrape.names().contains("jvm_memory_used_bytes"));
            assertTrue(scrape.names().contains("netty_allocator_memory_used"));
        }
    }
}

package xyz.dropsilk.server.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What decision 8 relies on, in a JVM of its own whose compiler tells what it does. */
class FirstCompilerTest {
    /** What is asked for every eight bytes of a signal, or for every escape in it. */
    private static final List<String> INNER = List.of("stops", "bytesBelow", "isOneLetter");

    @Test
    void makesNoCallForEveryEightBytes() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:CompileCommand=PrintInlining," + JsonScanner.class.getName() + "::skipString",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Scanning.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), US_ASCII)
                .lines()
                .toList();

        assertEquals(0, process.waitFor(), lines.toString());
        for (String method : INNER) {
            List<String> told = lines.stream()
                    .filter(line -> line.contains("JsonScanner::" + method + " "))
                    .map(line -> line.replaceAll(" +", " ").strip())
                    .toList();
            assertTrue(!told.isEmpty(), method + " in " + lines);
            assertTrue(told.stream().allMatch(line -> line.endsWith(") inline")), told.toString());
        }
    }

    /** Scans until it is compiled. */
    static final class Scanning {
        private Scanning() {}

        public static void main(String[] arguments) throws ProtocolException {
            byte[] text = ("a=mid:0\\r\\na=rtcp-mux\\r\\n\"" + "\0".repeat(JsonScanner.TAILROOM)).getBytes(US_ASCII);
            int sum = 0;
            for (int i = 0; i < 20_000; i++) {
                sum += JsonScanner.skipString(text, 0);
            }
            System.out.println(sum);
        }
    }
}

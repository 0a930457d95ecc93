package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @Test
    void withoutFlagsNothingIsAskedFor() throws ConfigException {
        assertEquals(new CommandLine.Options(null, List.of(), false, false, false, false), CommandLine.parse());
    }

    @Test
    void eachFlagIsRead() throws ConfigException {
        assertEquals(
                new CommandLine.Options(9090, List.of(5173, 80, 5173), true, true, true, true),
                CommandLine.parse(
                        "--allow-local-port=5173",
                        "--noDB",
                        "--port=9090",
                        "--allow-local-port",
                        "80",
                        "--check-config",
                        "--help",
                        "--version",
                        "--allow-local-port=5173"));
    }

    @Test
    void aPortMayStandApart() throws ConfigException {
        assertEquals(9090, CommandLine.parse("--port", "9090").port());
    }

    @Test
    void theLastPortCounts() throws ConfigException {
        assertEquals(2, CommandLine.parse("--port=1", "--port", "2").port());
    }

    @Test
    void anyFreePortMayBeListenedOn() throws ConfigException {
        assertEquals(0, CommandLine.parse("--port=0").port());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nodb",
                "--noDB=true",
                "--help=",
                "--",
                "",
                "5173",
                "--prt=1",
                "--allow-local-ports=1",
                "--port=",
                "--port",
                "--port=-1",
                "--port=65536",
                "--port=80x",
                "--port=8 0",
                "--port=+80",
                "--port=99999999999",
                "--port=\u0661",
                "--allow-local-port",
                "--allow-local-port=",
                "--allow-local-port=0",
                "--allow-local-port=65536"
            })
    void anythingElseIsAProblem(String flag) {
        List<String> problems = problems("--noDB", flag);
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith('"' + flag + '"'), problems.toString());
    }

    @Test
    void helpHasAShortForm() throws ConfigException {
        assertTrue(CommandLine.parse("-h").help());
    }

    @ParameterizedTest
    @CsvSource({
        "--nodb, --noDB",
        "--no-db, --noDB",
        "--prot=1, --port",
        "--check_config, --check-config",
        "--chekc-config, --check-config",
        "--allow-local-ports=1, --allow-local-port",
        "-version, --version"
    })
    void whatIsNearlyAFlagIsToldWhichOne(String flag, String meant) {
        assertEquals(
                List.of('"' + flag + "\" is no flag of this server: " + meant + " is probably meant"), problems(flag));
    }

    @Test
    void aFlagIsNoPort() {
        assertEquals(List.of("\"--port\" should be a whole number from 0 to 65535"), problems("--port", "--noDB"));
    }

    @Test
    void allProblemsAreToldTogetherOnALineEach() {
        assertEquals(
                List.of(
                        "\"--a?b\" is no flag of this server",
                        "\"--allow-local-port=x\" should be a whole number from 1 to 65535"),
                problems("--a\nb", "--allow-local-port=x"));
    }

    @Test
    void theUsageNamesEachFlag() {
        for (String flag :
                List.of("--port", "--allow-local-port", "--noDB", "--check-config", "--help, -h", "--version")) {
            assertTrue(CommandLine.usage().contains("  " + flag), flag);
        }
        assertFalse(CommandLine.usage().isBlank());
    }

    private static List<String> problems(String... arguments) {
        return assertThrows(ConfigException.class, () -> CommandLine.parse(arguments))
                .problems();
    }
}

package xyz.dropsilk.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator is told when the server refuses to start. */
class ConfigProblemsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            PORT                             | 80x                      | a whole number from 0 to 65535
            PORT                             | -1                       | a whole number from 0 to 65535
            PORT                             | 65536                    | a whole number from 0 to 65535
            PORT                             | 8080.0                   | a whole number from 0 to 65535
            PORT                             | 80 80                    | a whole number from 0 to 65535
            PORT                             | +8080                    | a whole number from 0 to 65535
            PORT                             | ٨٠                       | a whole number from 0 to 65535
            PORT                             | 0x1F90                   | a whole number from 0 to 65535
            PORT                             | 99999999999999999999     | a whole number from 0 to 65535
            HOST                             | 127.0.0.1:8080           | an address or a host name
            HOST                             | 999.0.0.1                | an address or a host name
            HOST                             | 127.1                    | an address or a host name
            HOST                             | a b                      | an address or a host name
            HOST                             | http://localhost         | an address or a host name
            LOG_LEVEL                        | verbose                  | debug, info, warn or error
            LOG_FORMAT                       | xml                      | json or text
            LOG_ADDRESSES                    | hidden                   | full or pseudonym or none
            NODE_ENV                         | prod                     | development, test or production
            NODE_ENV                         | Production               | development, test or production
            ALLOWED_ORIGINS                  | *                        | an origin such as
            ALLOWED_ORIGINS                  | https://a.example,*      | has "*", which should be an origin such as
            ALLOWED_ORIGINS                  | *,https://a.example,b.c   | wildcard; and "b.c", which should be an origin
            ALLOWED_ORIGINS                  | https://*.example        | an origin such as
            ALLOWED_ORIGINS                  | dropsilk.xyz             | an origin such as
            ALLOWED_ORIGINS                  | null                     | an origin such as
            ALLOWED_ORIGINS                  | https://                 | an origin such as
            ALLOWED_ORIGINS                  | https://a.example/page   | an origin such as
            ALLOWED_ORIGINS                  | https://a.example//      | an origin such as
            ALLOWED_ORIGINS                  | https://a.example?x      | an origin such as
            ALLOWED_ORIGINS                  | https://a b.example      | an origin such as
            ALLOWED_ORIGINS                  | https://straße.example   | in its xn-- form
            ALLOWED_ORIGINS                  | https://a..example       | a host name
            ALLOWED_ORIGINS                  | https://.a.example       | a host name
            ALLOWED_ORIGINS                  | http://127.1             | four decimal numbers
            ALLOWED_ORIGINS                  | http://0x7f000001        | four decimal numbers
            ALLOWED_ORIGINS                  | http://0X7F.1            | four decimal numbers
            ALLOWED_ORIGINS                  | http://2130706433:3000   | four decimal numbers
            ALLOWED_ORIGINS                  | http://0177.0.0.1        | four decimal numbers
            ALLOWED_ORIGINS                  | http://1.2.3.256         | four decimal numbers
            ALLOWED_ORIGINS                  | http://1.2.3.4.          | four decimal numbers
            ALLOWED_ORIGINS                  | http://a.1               | four decimal numbers
            ALLOWED_ORIGINS                  | http://[1.2.3.4]         | a host name
            ALLOWED_ORIGINS                  | http://[fe80::1%25eth0]  | a host name
            ALLOWED_ORIGINS                  | http://a.example\\b       | an origin such as
            ALLOWED_ORIGINS                  | http:a.example           | an origin such as
            ALLOWED_ORIGINS                  | https:/a.example         | an origin such as
            ALLOWED_ORIGINS                  | https://a.example:x      | a host name
            ALLOWED_ORIGINS                  | https://a.example:0      | a host name
            ALLOWED_ORIGINS                  | https://a.example:65536  | a host name
            ALLOWED_ORIGINS                  | https://a.example:       | a host name
            ALLOWED_ORIGINS                  | https://[::g]            | a host name
            ALLOWED_ORIGINS                  | https://a%41.example     | a host name
            ALLOWED_ORIGINS                  | wss://a.example          | the page's origin
            ALLOWED_ORIGINS                  | , ,                       | should have an entry
            VERCEL_PREVIEW_ORIGIN_REGEX      | https://(a               | a regular expression
            PUBLIC_SERVER_URL                | api.example.com          | an absolute http or https URL
            PUBLIC_SERVER_URL                | //api.example.com        | an absolute http or https URL
            PUBLIC_SERVER_URL                | ftp://api.example.com    | an absolute http or https URL
            PUBLIC_SERVER_URL                | https://                 | an absolute http or https URL
            PUBLIC_SERVER_URL                | https:///x               | an absolute http or https URL
            PUBLIC_SERVER_URL                | https://a.example:99999  | an absolute http or https URL
            PUBLIC_SERVER_URL                | https://a b.example      | an absolute http or https URL
            PUBLIC_SERVER_URL                | https://a.example/?x=1   | a URL without a query
            PUBLIC_SERVER_URL                | https://a.example/#x     | a URL without a query
            CLOUDFLARE_API_URL               | mailto:a.b.c             | an absolute http or https URL
            UPLOADTHING_API_URL              | x                        | an absolute http or https URL
            UPLOADTHING_INGEST_URL           | x                        | an absolute http or https URL
            RECAPTCHA_VERIFY_URL             | x                        | an absolute http or https URL
            TRUSTED_PROXIES                  | 10.0.0.0/8, 10.0.0.0/33  | has "10.0.0.0/33", which should have a prefix length
            TRUSTED_PROXIES                  | all                      | has "all", which should be an address or a range
            CLIENT_IP_HEADER                 | X Real IP                | the name of a header
            CLIENT_IP_HEADER                 | X-Real-IP:               | the name of a header
            CLOUDFLARE_TURN_TOKEN_ID         | a/../b                   | letters, digits
            DATABASE_SSL                     | require                  | true or false
            NO_DB                            | on                       | true or false
            CHECK_PAGE                       | off                      | true or false
            REDIS_PREFIX                     | a:b                      | 1 to 64 letters
            PREVIEW_RETENTION_HOURS          | 24h                      | a whole number from 0 to 87600
            PREVIEW_RETENTION_HOURS          | 87601                    | a whole number from 0 to 87600
            PREVIEW_CLEANUP_INTERVAL_MINUTES | 525601                   | a whole number from 0 to 525600
            MAX_PAYLOAD_BYTES                | 1MB                      | a whole number from 0 to 1073741824
            MAX_PAYLOAD_BYTES                | 2147483648               | a whole number from 0 to 1073741824
            MAX_LOG_BUFFER_SIZE              | 1000001                  | a whole number from 0 to 1000000
            WS_HEALTH_CHECK_INTERVAL_MS      | 30s                      | a whole number from 0 to 86400000
            HEARTBEAT_INTERVAL_MS            | 86400001                 | a whole number from 0 to 86400000
            DRAIN_SECONDS                    | 4m40s                    | a whole number from 0 to 86400
            SHUTDOWN_TIMEOUT_MS              | -10                      | a whole number from 0 to 86400000
            MAX_LISTED_USERS                 | many                     | a whole number from 0 to 10000000
            MAX_CONNECTIONS                  | 1e4                      | a whole number from 0 to 10000000
            MAX_CONNECTIONS_PER_NETWORK      | 10000001                 | a whole number from 0 to 10000000
            MESSAGE_RATE                     | 1.5                      | a whole number from 0 to 10000000
            MESSAGE_BURST                    | -1                       | a whole number from 0 to 10000000
            JOIN_FAILURES_PER_MINUTE         | x                        | a whole number from 0 to 10000000
            API_RATE_PER_MINUTE              | x                        | a whole number from 0 to 10000000
            """)
    void aBadValueIsALineWithNameValueAndWhatWouldBeRight(String name, String value, String right) {
        List<String> problems = problems(Map.of(name, value), "");
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith(name + "=\"" + value + "\" "), problems.get(0));
        assertTrue(problems.get(0).contains(right), problems.get(0));
    }

    /** Half a configuration whose one half is wrong is told of once. */
    @Test
    void aWrongValueIsNotWarnedOfToo() {
        Map<String, String> environment = Map.of("CLOUDFLARE_API_TOKEN", "with blanks", "CONTACT_EMAIL", "a@b.c");
        ConfigException wrong =
                assertThrows(ConfigException.class, () -> ConfigReader.read(environment, "", CommandLine.parse()));
        assertEquals(1, wrong.problems().size(), wrong.problems()::toString);
        assertEquals(1, wrong.warnings().size(), wrong.warnings()::toString);
        assertTrue(wrong.warnings().get(0).startsWith("CONTACT_EMAIL is set"), wrong.warnings()::toString);
    }

    @ParameterizedTest
    @CsvSource({"ALLOWED_ORIGINS, 'https://user:top,secret@host'", "TURN_URLS, 'turn:user:top,secret@host'"})
    void aPasswordIsNotShownThoughACommaTearsIt(String name, String value) {
        List<String> problems = problems(Map.of(name, value, "TURN_SHARED_SECRET", "sixteen letters!"), "");
        assertTrue(problems.toString().contains("has an entry, which should"), problems::toString);
        assertFalse(problems.toString().matches(".*(top|secret@).*"), problems::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "LOG_ACCESS_KEY, 'hush\nhush'",
        "CLOUDFLARE_API_TOKEN, 'hush hush'",
        "RECAPTCHA_SECRET_KEY, 'hush\u00e9'",
        "DATABASE_URL, mysql://u:hush@h/d",
        "DATABASE_URL, 'postgres://u:hush%@h/d'",
        "REDIS_URL, http://u:hush@h",
        "REDIS_URL, 'redis://:hush%@h'",
        "REDIS_URL, 'redis://hush@h'",
        "REDIS_URL, 'redis://hush:@h'",
        "REDIS_URL, 'redis://:hush@h:0'",
        "REDIS_URL, 'redis://:hush@h/db'",
        "REDIS_URL, 'redis://:hush@h/99999'",
        "REDIS_URL, 'redis://:hush@[h]'",
        "REDIS_URL, 'redis://:hush@a,b'",
        "REDIS_URL, 'redis://:hush@h?x=1'",
    })
    void aSecretIsNeverShown(String name, String value) {
        List<String> problems = problems(Map.of(name, value), "");
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith(name + " "), problems.get(0));
        assertFalse(problems.get(0).contains("hush"), problems.get(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PUBLIC_SERVER_URL      | https://ann:hush@a.example       | https://***@a.example
            PUBLIC_SERVER_URL      | https://ann:hush@hush@a.example  | https://***@a.example
            PUBLIC_SERVER_URL      | https://hush/hush:hush@a.example | https://***@a.example
            PUBLIC_SERVER_URL      | https:/ann:hush@a.example        | ***@a.example
            PUBLIC_SERVER_URL      | ann:hush@a.example               | ***@a.example
            CLOUDFLARE_API_URL     | https://ann:hush@a.example       | https://***@a.example
            UPLOADTHING_API_URL    | https://ann:hu sh@a.example/x    | https://***@a.example/x
            UPLOADTHING_INGEST_URL | HTTPS://hush@a.example           | HTTPS://***@a.example
            RECAPTCHA_VERIFY_URL   | https://ann:hush@a.example       | https://***@a.example
            RENDER_EXTERNAL_URL    | https://ann:hush@a.example       | https://***@a.example
            """)
    void thePasswordInAnAddressIsNotShown(String name, String value, String shown) {
        assertEquals(
                List.of(name + "=\"" + shown + "\" should be an absolute http or https URL"),
                problems(Map.of(name, value), ""));
    }

    @Test
    void thePasswordInAnOriginIsNotShown() {
        List<String> problems = problems(Map.of("ALLOWED_ORIGINS", "https://a.example,https://ann:hush@b.example"), "");
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).contains("https://***@b.example"), problems.get(0));
        assertFalse(problems.get(0).contains("hush"), problems.get(0));
    }

    @Test
    void allProblemsAreToldTogether() {
        Map<String, String> environment = Map.of("PORT", "x", "DATABASE_URL", "x", "MAX_CONNECTIONS", "y");
        List<String> problems = problems(environment, "NODE_ENV=prod\noops\nLOG_LEVEL=loud");
        assertEquals(6, problems.size(), problems.toString());
        for (String name :
                List.of("PORT", "DATABASE_URL", "MAX_CONNECTIONS", "NODE_ENV", "LOG_LEVEL", "line 2 of .env")) {
            assertTrue(problems.stream().anyMatch(problem -> problem.startsWith(name)), name);
        }
    }

    @Test
    void eachProblemIsOneLineOfBoundedLength() {
        String problem = problems(Map.of("PORT", "8\n0\r\u001b[31m" + "9".repeat(100_000)), "")
                .get(0);
        assertTrue(problem.startsWith("PORT=\"8?0??[31m999"), problem);
        assertTrue(problem.length() < 300, problem);
    }

    @Test
    void whatIsWrongWithTheFileIsToldBesideWhatIsWrongWithTheRest() {
        DotEnvFile file = new DotEnvFile("", ".env is a directory");
        ConfigException wrong = assertThrows(
                ConfigException.class, () -> ConfigReader.read(Map.of("PORT", "x"), file, CommandLine.parse()));
        assertEquals(2, wrong.problems().size(), wrong.getMessage());
        assertTrue(wrong.problems().contains(".env is a directory"), wrong.getMessage());
    }

    private static List<String> problems(Map<String, String> environment, String file) {
        return assertThrows(ConfigException.class, () -> ConfigReader.read(environment, file, CommandLine.parse()))
                .problems();
    }
}

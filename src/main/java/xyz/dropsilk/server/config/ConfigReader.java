package xyz.dropsilk.server.config;

import static java.time.temporal.ChronoUnit.HOURS;
import static java.time.temporal.ChronoUnit.MILLIS;
import static java.time.temporal.ChronoUnit.MINUTES;
import static java.time.temporal.ChronoUnit.SECONDS;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.LogAddresses;
import xyz.dropsilk.server.event.LogFormat;

/**
 * Makes the {@link Config} from the environment, the {@code .env} file and the flags: names, defaults and bounds of the contract, 4.
 * Reads nothing by itself. Stateless.
 */
public final class ConfigReader {
    private static final String ALLOWED_ORIGINS =
            "https://dropsilk.xyz,https://www.dropsilk.xyz,https://dropsilk.vercel.app,app://.";
    private static final String PREVIEW_ORIGINS = "^https://dropsilk-[a-zA-Z0-9]+-ahmed-arats-projects\\.vercel\\.app$";

    /** Loopback, and the private ranges of RFC 1918 and RFC 4193. */
    static final String TRUSTED_PROXIES = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7";

    /** Above these a value is taken for a slip of the keyboard or of the unit. */
    private static final int MOST = 10_000_000;

    private static final int MOST_EVENTS = 1_000_000;
    private static final int MOST_BYTES = 1 << 30;
    private static final Duration MOST_TIME = Duration.ofDays(1);
    /** Less would break the promise that credentials are good for 45 minutes when they are handed out. */
    private static final int LEAST_TURN_SECONDS = 2_700;

    private static final Duration MOST_CLEANUP = Duration.ofDays(365);
    private static final Duration MOST_RETENTION = Duration.ofDays(3_650);

    static final String REDIS_PREFIX = "dropsilk";

    private final Variables variables;
    private final CommandLine.Options options;

    private ConfigReader(Variables variables, CommandLine.Options options) {
        this.variables = variables;
        this.options = options;
    }

    /** The same with the text of a {@code .env} file, empty for none. */
    public static Config read(Map<String, String> environment, String dotEnv, CommandLine.Options options)
            throws ConfigException {
        return read(environment, new DotEnvFile(dotEnv, null), options);
    }

    /**
     * The configuration.
     *
     * @param environment the environment's variables; others than the contract's are left alone
     * @param dotEnv the {@code .env} file, which fills in variables that are not set
     * @param options the flags, which win over both
     * @throws ConfigException if anything is wrong; it names all that is
     */
    public static Config read(Map<String, String> environment, DotEnvFile dotEnv, CommandLine.Options options)
            throws ConfigException {
        Variables variables = new Variables(environment, DotEnv.parse(dotEnv.text()));
        if (dotEnv.problem() != null) {
            variables.problems().add(dotEnv.problem());
        }
        ConfigReader reader = new ConfigReader(variables, options);
        Config config = reader.config();
        new Plausibility(variables).check(config);
        variables.warnOfUnknownNames();
        if (!variables.problems().isEmpty()) {
            throw new ConfigException(variables.problems(), variables.warningsOfOthers());
        }
        return config;
    }

    private Config config() {
        Config.Server server = server();
        return new Config(
                server,
                origins(),
                proxies(),
                limits(),
                rooms(),
                telemetry(),
                uploads(),
                turn(),
                email(),
                storage(),
                checkPage(server),
                sharing(),
                variables.warnings(),
                variables.hasFile());
    }

    private boolean isPublicUrlNamed() {
        return variables.isSet("PUBLIC_SERVER_URL") || variables.isSet("RENDER_EXTERNAL_URL");
    }

    private Config.Server server() {
        int portVariable = variables.whole("PORT", 8080, Values.MAX_PORT);
        int port = options.port() == null ? portVariable : options.port();
        return new Config.Server(
                variables.read("HOST", Values::host).orElse(null),
                port,
                variables.read("NODE_ENV", Values::isProduction).orElse(false),
                variables.duration("DRAIN_SECONDS", 0, SECONDS, MOST_TIME),
                variables.limit("SHUTDOWN_TIMEOUT_MS", 10_000, MILLIS, MOST_TIME),
                publicUrl(port).toString());
    }

    /** Render tells each service its address. */
    private URI publicUrl(int port) {
        Optional<URI> onRender = variables.read("RENDER_EXTERNAL_URL", ConfigReader::pageUrl);
        return variables
                .read("PUBLIC_SERVER_URL", ConfigReader::pageUrl)
                .or(() -> onRender)
                .orElseGet(() -> URI.create("http://localhost:" + port));
    }

    /** An address that pages are at too, so a browser has to make an origin of it. */
    private static URI pageUrl(String text) {
        URI url = Values.baseUrl(text);
        String unused = originOf(url);
        return url;
    }

    private static String originOf(URI url) {
        return BrowserOrigin.of(url.getScheme() + "://" + url.getRawAuthority());
    }

    private Config.Origins origins() {
        return new Config.Origins(
                variables
                        .read("ALLOWED_ORIGINS", ConfigReader::originList)
                        .orElseGet(() -> originList(ALLOWED_ORIGINS)),
                variables
                        .read("VERCEL_PREVIEW_ORIGIN_REGEX", Values::originPattern)
                        .orElseGet(() -> Values.originPattern(PREVIEW_ORIGINS)),
                options.localPorts());
    }

    private static List<String> originList(String text) {
        return Values.list(text, BrowserOrigin::of);
    }

    private Config.Proxies proxies() {
        List<Cidr> trusted =
                variables.read("TRUSTED_PROXIES", ConfigReader::ranges).orElseGet(() -> ranges(TRUSTED_PROXIES));
        String header = variables.read("CLIENT_IP_HEADER", Values::headerName).orElse(null);
        return new Config.Proxies(trusted, header);
    }

    private static List<Cidr> ranges(String text) {
        return Values.list(text, Cidr::parse);
    }

    private Config.Limits limits() {
        int rate = variables.limit("MESSAGE_RATE", 100, MOST);
        int burst = variables.limit("MESSAGE_BURST", 300, MOST);
        boolean unlimited = Unlimited.is(rate) || Unlimited.is(burst);
        return new Config.Limits(
                variables.limit("MAX_PAYLOAD_BYTES", 1 << 20, MOST_BYTES),
                variables.duration("WS_HEALTH_CHECK_INTERVAL_MS", 30_000, MILLIS, MOST_TIME),
                variables.limit("MAX_LISTED_USERS", 200, MOST),
                variables.limit("MAX_CONNECTIONS", 10_000, MOST),
                variables.limit("MAX_CONNECTIONS_PER_NETWORK", 500, MOST),
                unlimited ? Unlimited.COUNT : rate,
                unlimited ? Unlimited.COUNT : burst,
                variables.limit("JOIN_FAILURES_PER_MINUTE", 60, MOST),
                variables.limit("API_RATE_PER_MINUTE", 300, MOST));
    }

    private Config.Rooms rooms() {
        return new Config.Rooms(
                variables
                        .read("ROOM_TTL_MINUTES", text -> Unlimited.unlessZero(Values.minutes(text, MOST_TIME)))
                        .orElse(Duration.ofMinutes(30)),
                variables.limit("ROOM_SILENCE_MS", 150_000, MILLIS, MOST_TIME),
                variables.limit("MAX_ROOMS", 10_000, MOST),
                variables.limit("MAX_ROOMS_PER_NETWORK", 500, MOST),
                variables.limit("ROOMS_PER_MINUTE", 120, MOST));
    }

    private Config.Telemetry telemetry() {
        return new Config.Telemetry(
                variables.read("LOG_LEVEL", Values::level).orElse(Level.INFO),
                variables
                        .readHidden("LOG_ACCESS_KEY", text -> new Secret(Values.line(text)))
                        .orElse(null),
                variables
                        .readHidden("METRICS_ACCESS_KEY", text -> new Secret(Values.line(text)))
                        .orElse(null),
                variables.whole("MAX_LOG_BUFFER_SIZE", 1_000, MOST_EVENTS),
                variables.duration("HEARTBEAT_INTERVAL_MS", 60_000, MILLIS, MOST_TIME),
                variables
                        .read("LOG_FORMAT", text -> Values.word(text, LogFormat.values()))
                        .orElse(null),
                !variables.isSet("NO_COLOR"), // https://no-color.org
                variables
                        .read("LOG_ADDRESSES", text -> Values.word(text, LogAddresses.values()))
                        .orElse(LogAddresses.FULL));
    }

    private Config.Uploads uploads() {
        return new Config.Uploads(
                variables.readHidden("UPLOADTHING_TOKEN", Secret::new).orElse(null),
                url("UPLOADTHING_API_URL", "https://api.uploadthing.com"),
                variables.read("UPLOADTHING_INGEST_URL", Values::baseUrl).orElse(null),
                variables.duration("PREVIEW_RETENTION_HOURS", 24, HOURS, MOST_RETENTION),
                variables.duration("PREVIEW_CLEANUP_INTERVAL_MINUTES", 60, MINUTES, MOST_CLEANUP));
    }

    private Config.Turn turn() {
        return new Config.Turn(
                variables.read("CLOUDFLARE_TURN_TOKEN_ID", Values::pathWord).orElse(null),
                variables.readHidden("CLOUDFLARE_API_TOKEN", Values::secretWord).orElse(null),
                url("CLOUDFLARE_API_URL", "https://rtc.live.cloudflare.com"),
                ownTurn());
    }

    /** Half of it, or a second provider, is no warning: whoever has set it counts on a relay that nobody would get. */
    private Config.@Nullable OwnTurn ownTurn() {
        List<String> urls = variables.read("TURN_URLS", TurnUrl::list).orElse(null);
        Secret secret = variables
                .readHidden("TURN_SHARED_SECRET", text -> new Secret(Values.line(text)))
                .orElse(null);
        int seconds = variables
                .read("TURN_TTL_SECONDS", text -> Values.whole(text, LEAST_TURN_SECONDS, (int) MOST_TIME.toSeconds()))
                .orElse(3_600);
        boolean hasUrls = variables.isSet("TURN_URLS");
        if (hasUrls != variables.isSet("TURN_SHARED_SECRET")) {
            variables.wrong(
                    hasUrls
                            ? "TURN_URLS is set and TURN_SHARED_SECRET is not: set it to the TURN server's"
                                    + " static-auth-secret"
                            : "TURN_SHARED_SECRET is set and TURN_URLS is not: set it to the TURN server's address, such"
                                    + " as turn:turn.example.com:3478");
        }
        if (hasUrls && variables.isSet("CLOUDFLARE_TURN_TOKEN_ID") && variables.isSet("CLOUDFLARE_API_TOKEN")) {
            variables.wrong("TURN_URLS and CLOUDFLARE_TURN_TOKEN_ID name two providers of TURN: leave one of them out,"
                    + " with its secret");
        }
        return urls == null || secret == null ? null : new Config.OwnTurn(urls, secret, Duration.ofSeconds(seconds));
    }

    private Config.Email email() {
        return new Config.Email(
                variables.readHidden("RECAPTCHA_SECRET_KEY", Values::secretWord).orElse(null),
                variables.read("CONTACT_EMAIL", Values::line).orElse(null),
                variables
                        .read("RECAPTCHA_VERIFY_URL", Values::webUrl)
                        .orElse(URI.create("https://www.google.com/recaptcha/api/siteverify")));
    }

    /** {@code sslmode} in the URL wins over {@code DATABASE_SSL}. */
    private Config.Storage storage() {
        String sslMode = variables
                .read("DATABASE_SSL", Values::yesOrNo)
                .map(encrypted -> encrypted ? "require" : "disable")
                .orElse("prefer");
        DatabaseUrl database = variables
                .readHidden(
                        "DATABASE_URL",
                        text -> DatabaseUrl.parse(text, sslMode, doubt -> variables.warn("DATABASE_URL " + doubt)))
                .orElse(null);
        boolean disabled = variables.read("NO_DB", Values::yesOrNo).orElse(false);
        return new Config.Storage(database, options.noDb() || disabled);
    }

    private Config.CheckPage checkPage(Config.Server server) {
        boolean isOn = variables.read("CHECK_PAGE", Values::yesOrNo).orElse(!server.production());
        if (isOn && server.production() && !isPublicUrlNamed()) {
            variables.warn(
                    "CHECK_PAGE is on and PUBLIC_SERVER_URL is not set: sockets of the page are refused, but on this"
                            + " machine; set it to this server's own https address");
        }
        return new Config.CheckPage(isOn, isPublicUrlNamed() ? originOf(URI.create(server.publicUrl())) : null);
    }

    private Config.Sharing sharing() {
        return new Config.Sharing(
                variables.readHidden("REDIS_URL", RedisUrl::parse).orElse(null),
                variables.read("REDIS_PREFIX", Values::keyPrefix).orElse(REDIS_PREFIX));
    }

    private URI url(String name, String otherwise) {
        return variables.read(name, Values::baseUrl).orElseGet(() -> URI.create(otherwise));
    }
}

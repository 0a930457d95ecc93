package xyz.dropsilk.server.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.base.Unlimited;
import xyz.dropsilk.server.event.Level;
import xyz.dropsilk.server.event.LogAddresses;
import xyz.dropsilk.server.event.LogFormat;

/**
 * All that an operator can set (the contract, 4), valid as a whole. Made once at the start by {@link ConfigReader}; a value, safe on
 * any thread. Where zero means "none" in a variable, each component says what stands for it here.
 *
 * @param server where it listens, and how it stops
 * @param origins which pages may use it
 * @param proxies whose word is taken for a client's address
 * @param limits how much clients may ask for
 * @param rooms how long rooms live, and how many there may be
 * @param telemetry what operators are told
 * @param uploads previews
 * @param turn TURN credentials
 * @param email the contact address
 * @param storage the database
 * @param checkPage the page on which visitors see how they reach this server
 * @param sharing what joins several instances
 * @param warnings what is probably not meant so, a line each
 * @param dotEnv whether a {@code .env} file was read
 */
public record Config(
        Server server,
        Origins origins,
        Proxies proxies,
        Limits limits,
        Rooms rooms,
        Telemetry telemetry,
        Uploads uploads,
        Turn turn,
        Email email,
        Storage storage,
        CheckPage checkPage,
        Sharing sharing,
        List<String> warnings,
        boolean dotEnv) {

    /**
     * Where the server listens, and how it stops.
     *
     * @param host the address or name to listen on, or null for all, IPv4 and IPv6
     * @param port the TCP port; 0 lets the system choose
     * @param production whether callers must have an allowed origin
     * @param drain how long, before that, clients in flights and rooms may finish; zero for not at all
     * @param shutdownTimeout how long a graceful stop may take; {@link Unlimited} for no limit
     * @param publicUrl where clouds reach this server, without a slash at the end
     */
    public record Server(
            @Nullable String host,
            int port,
            boolean production,
            Duration drain,
            Duration shutdownTimeout,
            String publicUrl) {}

    /**
     * Which pages may use this server.
     *
     * @param allowed origins, each {@code scheme://host[:port]} without a slash at the end
     * @param preview origins that match this wholly are allowed too; it disregards case
     * @param localPorts ports whose origins on this machine are allowed
     */
    public record Origins(List<String> allowed, Pattern preview, List<Integer> localPorts) {
        /** Matches nothing. */
        public static final Pattern NO_PREVIEWS = Pattern.compile("(?!)");
    }

    /**
     * Whose word is taken for a client's address.
     *
     * @param trusted the proxies' ranges
     * @param clientIpHeader the header in which they name the client alone, or null
     */
    public record Proxies(List<Cidr> trusted, @Nullable String clientIpHeader) {}

    /**
     * How much clients may ask for.
     *
     * @param maxPayloadBytes the longest frame and message; {@link Unlimited} for no limit
     * @param pingInterval the time between two pings; zero for none
     * @param maxListedUsers how many clients a list names; {@link Unlimited} for no limit
     * @param maxConnections WebSockets at a time; {@link Unlimited} for no limit
     * @param maxConnectionsPerNetwork WebSockets of one network at a time; {@link Unlimited} for no limit
     * @param messageRate messages a second of one connection; {@link Unlimited} for no limit, and then {@code messageBurst} is that as well
     * @param messageBurst messages at once of one connection; {@link Unlimited} for no limit, and then {@code messageRate} is that as well,
     *     since a rate whose bursts have no limit refuses nothing
     * @param joinFailuresPerMinute wrong codes a minute of one network; {@link Unlimited} for no limit
     * @param apiRatePerMinute calls of the API a minute of one network; {@link Unlimited} for no limit
     */
    public record Limits(
            int maxPayloadBytes,
            Duration pingInterval,
            int maxListedUsers,
            int maxConnections,
            int maxConnectionsPerNetwork,
            int messageRate,
            int messageBurst,
            int joinFailuresPerMinute,
            int apiRatePerMinute) {}

    /**
     * Rooms that pages pair in over HTTP.
     *
     * @param timeToLive after anybody in a room was last heard of; {@link Unlimited} for no end
     * @param silence after which somebody who is not heard of counts as silent; {@link Unlimited} for never
     * @param max rooms at a time; {@link Unlimited} for no limit
     * @param maxPerNetwork rooms at a time that one network created; {@link Unlimited} for no limit
     * @param perMinute rooms a minute that one network creates; {@link Unlimited} for no limit
     */
    public record Rooms(Duration timeToLive, Duration silence, int max, int maxPerNetwork, int perMinute) {}

    /**
     * What operators are told.
     *
     * @param logLevel events below it are not logged
     * @param logAccessKey opens {@code /logs}; null keeps it closed
     * @param metricsAccessKey opens {@code /metrics}; null keeps it closed
     * @param logBufferSize how many events {@code /logs} keeps; 0 for none
     * @param heartbeatInterval the time between two heartbeat events; zero for none
     * @param logFormat of lines on standard output; null for text on a terminal and JSON elsewhere
     * @param logColors whether text on a terminal may have colours
     * @param logAddresses how clients' addresses are written
     */
    public record Telemetry(
            Level logLevel,
            @Nullable Secret logAccessKey,
            @Nullable Secret metricsAccessKey,
            int logBufferSize,
            Duration heartbeatInterval,
            @Nullable LogFormat logFormat,
            boolean logColors,
            LogAddresses logAddresses) {}

    /**
     * Previews in the UploadThing cloud.
     *
     * @param token the cloud's token as it was given, right or not; null turns previews off
     * @param apiUrl the cloud's API, without a slash at the end
     * @param ingestUrl takes the place of the ingest host that the token names, without a slash at the end; or null
     * @param retention the age at which an upload is deleted; zero for never
     * @param cleanupInterval the time between two clean-ups; zero for the one at the start only
     */
    public record Uploads(
            @Nullable Secret token,
            URI apiUrl,
            @Nullable URI ingestUrl,
            Duration retention,
            Duration cleanupInterval) {}

    /**
     * TURN: Cloudflare's service, which is off unless both its id and its token are set, or a server of one's own. Never both.
     *
     * @param tokenId the id of the TURN key, safe in a path, or null
     * @param apiToken the key's API token, safe in a header, or null
     * @param apiUrl the service's API, without a slash at the end
     * @param own a TURN server of one's own, or null
     */
    public record Turn(
            @Nullable String tokenId,
            @Nullable Secret apiToken,
            URI apiUrl,
            @Nullable OwnTurn own) {
        /** Whether anybody provides credentials. */
        public boolean isOn() {
            return own != null || (tokenId != null && apiToken != null);
        }
    }

    /**
     * A TURN server that shares a secret with this one.
     *
     * @param urls its addresses as browsers take them, STUN's among them; one is TURN's at least
     * @param secret what it knows too
     * @param timeToLive how long credentials are good for
     */
    public record OwnTurn(List<String> urls, Secret secret, Duration timeToLive) {}

    /**
     * The contact address behind reCAPTCHA, which is off unless both are set.
     *
     * @param recaptchaSecret the site's secret, or null
     * @param contactEmail what a human caller is told, or null
     * @param verifyUrl the verifier's whole address
     */
    public record Email(
            @Nullable Secret recaptchaSecret, @Nullable String contactEmail, URI verifyUrl) {}

    /**
     * The page on which visitors see how they reach this server.
     *
     * @param isOn whether there is one
     * @param origin of the address under which the server is reached, or null where nobody has named it
     */
    public record CheckPage(boolean isOn, @Nullable String origin) {}

    /**
     * Where uploads are remembered.
     *
     * @param database the database, or null if none is named
     * @param disabled whether the operator wants none used, named or not
     */
    public record Storage(@Nullable DatabaseUrl database, boolean disabled) {}

    /**
     * What joins several instances.
     *
     * @param engine the engine that they share, or null for one instance alone
     * @param prefix what all names in it begin with; instances with the same belong together
     */
    public record Sharing(@Nullable RedisUrl engine, String prefix) {}
}

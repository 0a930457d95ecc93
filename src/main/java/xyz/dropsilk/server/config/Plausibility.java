package xyz.dropsilk.server.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.MeteredText;
import xyz.dropsilk.server.base.Secret;

/**
 * What is right value by value and hardly meant so: half a configuration, secrets that can be guessed, addresses that lead nowhere, patterns and ranges of
 * everybody. It stops no start; it is told. Used by one thread, at the start.
 */
final class Plausibility {
    /** Fewer letters are guessed by whoever may ask without end. */
    private static final int LEAST_KEY_CHARS = 16;

    /** What nobody's own pages are at. */
    private static final List<String> STRANGERS = List.of(
            "https://stranger.invalid",
            "http://stranger.invalid",
            "https://stranger.vercel.app",
            "https://strangers-pages0.vercel.app",
            "https://strangers-pages.netlify.app",
            "null");

    private static final List<Cidr> PRIVATE = Values.list(ConfigReader.TRUSTED_PROXIES, Cidr::parse);

    private final Variables variables;

    Plausibility(Variables variables) {
        this.variables = variables;
    }

    /** Warns of all in {@code config} that is hardly meant. */
    void check(Config config) {
        halves(config);
        secrets(config);
        addresses(config);
        origins(config);
        proxies(config.proxies());
    }

    private void halves(Config config) {
        warnOfHalf("CLOUDFLARE_TURN_TOKEN_ID", "CLOUDFLARE_API_TOKEN", "Cloudflare's TURN is off");
        warnOfHalf("RECAPTCHA_SECRET_KEY", "CONTACT_EMAIL", "the contact address is off");
        if (variables.isSet("DATABASE_SSL") && !variables.isSet("DATABASE_URL")) {
            variables.warn("DATABASE_SSL is set and DATABASE_URL is not: the database is off");
        }
        if (config.uploads().token() != null
                && !variables.isSet("DATABASE_URL")
                && !config.storage().disabled()) {
            variables.warn(
                    "UPLOADTHING_TOKEN is set and DATABASE_URL is not: what is uploaded is never deleted; if that"
                            + " is meant, set NO_DB=true");
        }
        if (!config.sharing().prefix().equals(ConfigReader.REDIS_PREFIX) && !variables.isSet("REDIS_URL")) {
            variables.warn("REDIS_PREFIX is set and REDIS_URL is not: this instance is alone");
        }
    }

    private void secrets(Config config) {
        Config.OwnTurn relay = config.turn().own();
        warnOfShort("TURN_SHARED_SECRET", relay == null ? null : relay.secret()); // any visitor can try secrets at home
        if (config.server().production()) {
            warnOfShort("LOG_ACCESS_KEY", config.telemetry().logAccessKey());
            warnOfShort("METRICS_ACCESS_KEY", config.telemetry().metricsAccessKey());
        }
    }

    private void addresses(Config config) {
        URI publicUrl = URI.create(config.server().publicUrl());
        if (config.server().production()
                && variables.isSet("PUBLIC_SERVER_URL")
                && !variables.isSet("ALLOWED_ORIGINS")
                && !hasPreviewsOfItsOwn(config.origins())
                && !isOfSite(publicUrl, config.origins().allowed())) {
            variables.warn("PUBLIC_SERVER_URL is set and ALLOWED_ORIGINS is not: only pages of "
                    + String.join(", ", config.origins().allowed())
                    + " may connect; set it to the origin of the app that was built for this server");
        }
        if (config.server().production() && config.uploads().token() != null && isInside(publicUrl)) {
            variables.warn("PUBLIC_SERVER_URL "
                    + (variables.isSet("PUBLIC_SERVER_URL") ? "leads nowhere from outside" : "is not set")
                    + ": UploadThing is told to call back to " + publicUrl
                    + ", so no upload is ever recorded or deleted; set it to this server's own https address");
        }
    }

    private void origins(Config config) {
        STRANGERS.stream()
                .filter(origin -> MeteredText.matches(config.origins().preview(), origin))
                .findFirst()
                .ifPresent(origin -> variables.warn("VERCEL_PREVIEW_ORIGIN_REGEX matches " + origin
                        + " too, so pages of strangers may connect: have it begin with ^https://, name the host with \\. for each"
                        + " dot, and end with $; none matches nothing"));
    }

    private void proxies(Config.Proxies proxies) {
        if ("X-Forwarded-For".equalsIgnoreCase(proxies.clientIpHeader())) {
            variables.warn(
                    "CLIENT_IP_HEADER=X-Forwarded-For takes a list for one address: take it out, that list counts anyway");
        }
        if (proxies.trusted().stream().anyMatch(Plausibility::isWide)) {
            variables.warn(
                    "TRUSTED_PROXIES trusts everybody, or whole parts of the Internet, and whoever connects from there can"
                            + " claim any address: name the ranges of your proxies alone");
        }
    }

    /** Wider than any range that is private. */
    private static boolean isWide(Cidr range) {
        return range.prefix() < (range.network() instanceof Inet4Address ? 8 : 7);
    }

    private boolean hasPreviewsOfItsOwn(Config.Origins origins) {
        return variables.isSet("VERCEL_PREVIEW_ORIGIN_REGEX")
                && !origins.preview().equals(Config.Origins.NO_PREVIEWS);
    }

    /** Whether {@code url} is at the host of one of {@code origins} or below it, so that their pages are probably meant to come. */
    private static boolean isOfSite(URI url, List<String> origins) {
        String host = "." + url.getHost();
        return origins.stream()
                .map(origin -> URI.create(origin).getHost())
                .anyMatch(
                        known -> known != null && host.toLowerCase(Locale.ROOT).endsWith("." + known));
    }

    /** Whether {@code url} is this machine's own or one of a private network, where nobody calls from outside. */
    private static boolean isInside(URI url) {
        String host = url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
        InetAddress address = IpAddress.literal(host.replaceAll("[\\[\\]]", ""));
        return address == null
                ? host.equals("localhost") || host.endsWith(".localhost")
                : PRIVATE.stream().anyMatch(range -> range.contains(address))
                        || address.isAnyLocalAddress()
                        || address.isLinkLocalAddress();
    }

    private void warnOfShort(String name, @Nullable Secret key) {
        if (key != null && key.reveal().length() < LEAST_KEY_CHARS) {
            variables.warn(
                    name + " is so short that it can be guessed: set it to the output of \"openssl rand -hex 32\"");
        }
    }

    private void warnOfHalf(String one, String other, String consequence) {
        if (variables.isSet(one) != variables.isSet(other)) {
            String set = variables.isSet(one) ? one : other;
            variables.warn(set + " is set and " + (set.equals(one) ? other : one) + " is not: " + consequence);
        }
    }
}

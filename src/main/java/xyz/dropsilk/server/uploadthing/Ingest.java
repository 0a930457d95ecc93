package xyz.dropsilk.server.uploadthing;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which hosts take uploads: the one that this server names, and those that a callback may name. Immutable. */
final class Ingest {
    private final String base;
    private final String domain;
    private final @Nullable URI override;

    /**
     * Of the token's region, or of {@code override} instead.
     *
     * @throws IllegalArgumentException if the token's region and host make no address
     */
    Ingest(UploadThingToken token, @Nullable URI override) {
        this.domain = token.ingestHost().toLowerCase(Locale.ROOT);
        this.override = override;
        this.base = normalized(
                override == null ? URI.create("https://" + token.region() + "." + token.ingestHost()) : override);
    }

    /** The address under which files are put, without a slash at its end. */
    String base() {
        return base;
    }

    /**
     * The address that {@code origin} of a callback stands for, or null if the API key must not go there: it is neither the override
     * nor, over TLS, a host of the token's domain.
     */
    @Nullable
    String admitted(String origin) {
        try {
            URI uri = URI.create(origin);
            if (uri.getScheme() == null
                    || uri.getHost() == null
                    || uri.getUserInfo() != null
                    || uri.getQuery() != null
                    || uri.getFragment() != null) {
                return null;
            }
            boolean known = (override != null && authority(uri).equals(authority(override)))
                    || (authority(uri).startsWith("https://") && isOfDomain(hostAndPort(uri)));
            return known ? normalized(uri) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private boolean isOfDomain(String hostAndPort) {
        return hostAndPort.equals(domain) || hostAndPort.endsWith("." + domain);
    }

    /** As a URL parser writes it: scheme and host in lower case, no default port; and no slash at the end. */
    private static String normalized(URI uri) {
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("an address without a host");
        }
        String path = uri.getRawPath();
        return authority(uri) + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    private static String authority(URI uri) {
        return uri.getScheme().toLowerCase(Locale.ROOT) + "://" + hostAndPort(uri);
    }

    private static String hostAndPort(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        int defaultPort = uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        return uri.getPort() == -1 || uri.getPort() == defaultPort ? host : host + ":" + uri.getPort();
    }
}

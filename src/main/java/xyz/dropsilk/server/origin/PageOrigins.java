package xyz.dropsilk.server.origin;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The origins of this server's own page, which are admitted while it is on (the contract, 8): the public one, and outside production the server's own
 * port on this machine. Known once the server listens. Safe on any thread.
 */
public final class PageOrigins {
    private final boolean isOn;
    private final @Nullable String publicOrigin;
    private final boolean production;

    private volatile Set<String> admitted = Set.of();

    /**
     * Origins of a page that nobody can have opened yet.
     *
     * @param isOn whether there is a page at all; if not, nothing is ever admitted
     * @param publicOrigin of the address under which the server is reached, or null where nobody has said
     * @param production whether that is the only one
     */
    public PageOrigins(boolean isOn, @Nullable String publicOrigin, boolean production) {
        this.isOn = isOn;
        this.publicOrigin = publicOrigin;
        this.production = production;
    }

    /** Those of a server without a page. */
    static PageOrigins none() {
        return new PageOrigins(/* isOn= */ false, null, /* production= */ true);
    }

    /** The server listens on {@code port}. Asks which addresses this machine has; one that it gets later takes a restart. */
    public void listening(int port) {
        if (!isOn) {
            return;
        }
        List<String> local = LocalOrigins.ofThisServer(port);
        Stream<String> origins = Stream.concat(
                publicOrigin == null ? local.stream().limit(1) : Stream.of(publicOrigin),
                production ? Stream.empty() : local.stream());
        admitted = origins.map(OriginPolicy::folded).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Where people open a page of this server: one origin, and outside production another one for their other devices, if this machine has an address
     * in a private network.
     *
     * @param host the address or name that the server listens on, or null for all
     */
    public List<String> toOpen(@Nullable String host, int port) {
        List<String> local = LocalOrigins.forPeople(host, port);
        if (publicOrigin == null) {
            return production ? local.subList(0, 1) : local;
        }
        return List.of(publicOrigin);
    }

    /** Whether {@code origin}, in lower case, is one of them. */
    boolean has(String origin) {
        return admitted.contains(origin);
    }
}

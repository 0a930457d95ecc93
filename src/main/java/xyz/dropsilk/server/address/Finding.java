package xyz.dropsilk.server.address;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's address, and how {@link ClientAddress} came to it. A value.
 *
 * @param peer the other end of the TCP connection, without a zone
 * @param address the client's
 * @param source what names it: {@link #SOCKET}, {@link #FORWARDED_FOR}, or the header that {@code CLIENT_IP_HEADER} names, spelled as there
 * @param passed the trusted proxies between, the nearest first
 * @param doubt why it may be a proxy's instead, or null
 */
public record Finding(
        InetAddress peer,
        InetAddress address,
        String source,
        List<InetAddress> passed,
        @Nullable Doubt doubt) {
    /** The connection itself. */
    public static final String SOCKET = "socket";

    /** The list to which each proxy appends whom it saw. */
    public static final String FORWARDED_FOR = "x-forwarded-for";
}

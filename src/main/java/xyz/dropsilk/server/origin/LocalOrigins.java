package xyz.dropsilk.server.origin;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.address.IpAddress;

/** The origins of pages that a developer serves from this machine, admitted by {@code --allow-local-port}. Stateless. */
final class LocalOrigins {
    private static final Cidr HOME_NETWORKS = Cidr.parse("192.168.0.0/16");
    private static final int DEFAULT_PORT = 80;

    private LocalOrigins() {}

    /** Those of {@code ports}, on the addresses that this machine has now; one that it gets later takes a restart. */
    static List<String> of(List<Integer> ports) {
        return of(ports, ports.isEmpty() ? List.of() : ownAddresses());
    }

    static List<String> of(List<Integer> ports, List<InetAddress> ownAddresses) {
        List<String> hosts = Stream.concat(
                        Stream.of("localhost", "127.0.0.1"),
                        ownAddresses.stream().filter(HOME_NETWORKS::contains).map(InetAddress::getHostAddress))
                .distinct()
                .toList();
        return ports.stream()
                .flatMap(port -> hosts.stream().flatMap(host -> of(host, port)))
                .toList();
    }

    /** Those of pages of the server's own on {@code port}: by the names of loopback, the nearest first, and each address of this machine. */
    static List<String> ofThisServer(int port) {
        return ofThisServer(port, ownAddresses());
    }

    static List<String> ofThisServer(int port, List<InetAddress> ownAddresses) {
        Stream<String> own = ownAddresses.stream()
                .filter(address -> !address.isLoopbackAddress() && !hasZone(address))
                .map(LocalOrigins::inUrl);
        return Stream.concat(Stream.of("localhost", "127.0.0.1", "[::1]"), own)
                .distinct()
                .flatMap(host -> of(host, port))
                .toList();
    }

    /** Where people open a page of a server that listens on {@code host}, null for all addresses: here, and from other devices. */
    static List<String> forPeople(@Nullable String host, int port) {
        InetAddress only = host == null ? null : IpAddress.literal(host);
        if (host != null && (only == null || !only.isAnyLocalAddress())) {
            String name = only == null ? host : inUrl(only);
            return List.of(of(name, port).findFirst().orElseThrow());
        }
        Stream<String> home = ownAddresses().stream()
                .filter(address -> address instanceof Inet4Address && address.isSiteLocalAddress())
                .map(LocalOrigins::inUrl)
                .limit(1);
        return Stream.concat(Stream.of("localhost"), home)
                .map(name -> of(name, port).findFirst().orElseThrow())
                .toList();
    }

    private static String inUrl(InetAddress address) {
        String text = IpAddress.text(address);
        return text.indexOf(':') < 0 ? text : "[" + text + "]";
    }

    /** No browser opens such an address. */
    private static boolean hasZone(InetAddress address) {
        return address instanceof Inet6Address && address.isLinkLocalAddress();
    }

    /** Browsers leave the default port out (RFC 6454, 6.2). */
    private static Stream<String> of(String host, int port) {
        String origin = "http://" + host;
        return port == DEFAULT_PORT ? Stream.of(origin, origin + ":" + port) : Stream.of(origin + ":" + port);
    }

    private static List<InetAddress> ownAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .toList();
        } catch (SocketException unknown) {
            return List.of(); // the names of loopback are still admitted
        }
    }
}

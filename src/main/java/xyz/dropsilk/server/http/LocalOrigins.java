package xyz.dropsilk.server.http;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;
import xyz.dropsilk.server.address.Cidr;

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

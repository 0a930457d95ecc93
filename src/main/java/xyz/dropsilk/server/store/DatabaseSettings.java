package xyz.dropsilk.server.store;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Secret;

/**
 * Where the database is and how to log in.
 *
 * @param hosts the servers to try, in order
 * @param database its name
 * @param user whom to log in as, or null for the driver's choice
 * @param password the password, or null if none is needed
 * @param properties settings of the driver by its own names, {@code sslmode} for one; those that it does not know are ignored
 */
public record DatabaseSettings(
        List<Host> hosts,
        String database,
        @Nullable String user,
        @Nullable Secret password,
        Map<String, String> properties) {

    /** A server: its name or address, IPv6 without brackets, and its port. */
    public record Host(String name, int port) {}
}

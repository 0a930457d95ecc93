package xyz.dropsilk.server.redis;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Secret;

/**
 * Where the engine is, and how to log in.
 *
 * @param host its name or address, IPv6 without brackets
 * @param port its TCP port
 * @param tls whether the connection is encrypted, and the server's certificate checked
 * @param user whom to log in as; null for the default user
 * @param password null for none
 * @param database the number of the database; channels are shared by all of them
 * @param prefix what the names of all keys and channels begin with
 */
public record RedisSettings(
        String host,
        int port,
        boolean tls,
        @Nullable String user,
        @Nullable Secret password,
        int database,
        String prefix) {}

package xyz.dropsilk.server.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;

/**
 * One complete HTTP request. Holds no buffers, so it may be passed to any thread and kept.
 *
 * @param method the method
 * @param path the path as sent, without the query
 * @param rawQuery the query as sent, without the question mark; empty if there is none
 * @param fields the header fields
 * @param body the body, empty if there is none; null where it was larger than the server reads
 * @param client the client's address, proxies taken into account
 * @param network the client's network, by which callers are limited
 * @param peer the other end of the TCP connection, a proxy's or the client's own
 * @param parameters those of the path, percent-decoded
 */
public record Request(
        HttpMethod method,
        String path,
        String rawQuery,
        Fields fields,
        byte @Nullable [] body,
        InetAddress client,
        NetworkKey network,
        InetAddress peer,
        Map<String, String> parameters) {

    /** A request that no route was found for yet. */
    public Request(
            HttpMethod method,
            String path,
            String rawQuery,
            Fields fields,
            byte @Nullable [] body,
            InetAddress client,
            NetworkKey network,
            InetAddress peer) {
        this(method, path, rawQuery, fields, body, client, network, peer, Map.of());
    }

    /** The same that came without a proxy. */
    public Request(
            HttpMethod method,
            String path,
            String rawQuery,
            Fields fields,
            byte @Nullable [] body,
            InetAddress client,
            NetworkKey network) {
        this(method, path, rawQuery, fields, body, client, network, client);
    }

    /** This request, the path of which names {@code values}. */
    Request with(Map<String, String> values) {
        return new Request(method, path, rawQuery, fields, body, client, network, peer, values);
    }

    /** What the path names as {@code name}; null if it can't be decoded. */
    public @Nullable String parameter(String name) {
        return parameters.get(name);
    }

    /** The query's parameters in order of appearance, percent-decoded, each with all its values; none if it can't be decoded. */
    public Map<String, List<String>> query() {
        if (rawQuery.isEmpty()) {
            return Map.of();
        }
        try {
            return new QueryStringDecoder(rawQuery, false).parameters();
        } catch (IllegalArgumentException malformed) {
            return Map.of();
        }
    }

    /** The first value of field {@code name}, or null. */
    public @Nullable String header(CharSequence name) {
        return fields.first(name);
    }
}

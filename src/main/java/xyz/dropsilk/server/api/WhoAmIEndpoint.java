package xyz.dropsilk.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.address.Finding;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.address.ProxySigns;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;

/**
 * {@code GET /api/whoami}: who the caller is to this server, and why (the contract, 8). Of others it tells a number and nothing else. Waits for
 * nothing.
 */
public final class WhoAmIEndpoint implements Endpoint {
    private static final JsonFactory JSON = new JsonFactory();

    private final ClientAddress addresses;
    private final ToIntFunction<NetworkKey> listed;

    /** Tells what {@code addresses} decides; {@code listed} counts those who are listed in a network. */
    public WhoAmIEndpoint(ClientAddress addresses, ToIntFunction<NetworkKey> listed) {
        this.addresses = addresses;
        this.listed = listed;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        try {
            return CompletableFuture.completedFuture(
                    Response.json(200, whoIs(request)).with("Cache-Control", "no-store"));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private byte[] whoIs(Request request) throws IOException {
        Finding finding = addresses.explain(request.peer(), request.fields()::all);
        NetworkKey network = NetworkKey.of(finding.address());
        ByteArrayOutputStream body = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("address", IpAddress.text(finding.address()));
            json.writeStringField("network", network.text());
            json.writeStringField("source", finding.source());
            json.writeArrayFieldStart("trustedProxies");
            for (InetAddress proxy : finding.passed()) {
                json.writeString(IpAddress.text(proxy));
            }
            json.writeEndArray();
            json.writeNumberField("othersInNetwork", listed.applyAsInt(network));
            String warning = warning(finding, request.fields()::all);
            if (warning != null) {
                json.writeStringField("warning", warning);
            }
            json.writeEndObject();
        }
        return body.toByteArray();
    }

    /** What to do about an address that is probably a proxy's, or null. */
    private static @Nullable String warning(Finding finding, Function<String, List<String>> headerValues) {
        String peer = IpAddress.text(finding.peer());
        String header = ProxySigns.namingHeader(headerValues);
        return switch (finding.doubt()) {
            case NONE -> null;
            case NAMES_NOBODY ->
                "The proxy at " + peer + " does not say whose requests it passes on, so all who come through it are one"
                        + " network. Have it set X-Forwarded-For"
                        + (header == null
                                ? "; if it names clients in a header of its own, name that in CLIENT_IP_HEADER."
                                : ", or set CLIENT_IP_HEADER=" + header
                                        + " if it is the proxy that sets this header and clients can't.");
            case NOT_TRUSTED ->
                "This request has fields that proxies add, and " + peer
                        + " is not a trusted one, so all who come through"
                        + " it are one network. If " + peer
                        + " is your proxy, add it, or its range, to TRUSTED_PROXIES,"
                        + " which takes the place of the loopback and private ranges that are trusted without it.";
            case NAMED_OTHERWISE ->
                "Another address stands in " + header
                        + ". If such a network is in front of your server, set CLIENT_IP_HEADER=" + header
                        + ": the address above is then one of its own.";
        };
    }
}

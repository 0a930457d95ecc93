package xyz.dropsilk.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.address.Finding;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.address.NetworkKey;
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
            if (finding.doubt() != null) {
                json.writeStringField("warning", finding.doubt().advice() + ".");
            }
            json.writeEndObject();
        }
        return body.toByteArray();
    }
}

package xyz.dropsilk.server.ws;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;

/**
 * What {@code /} answers to whoever asks for no WebSocket, monitors and browsers. A handshake that a proxy has robbed of its {@code Upgrade} ends here too,
 * which operators are told. Safe on any thread.
 */
public final class RootEndpoint implements Endpoint {
    private static final CompletionStage<Response> ALIVE = CompletableFuture.completedStage(
            Response.text(200, "Server is alive and waiting for WebSocket connections."));

    private final ProxyWatch proxies;

    /** One that tells {@code proxies} of such handshakes. */
    public RootEndpoint(ProxyWatch proxies) {
        this.proxies = proxies;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        // A proxy drops what is meant for one hop alone, and passes the rest of the handshake on (RFC 9110, 7.6.1).
        if (request.fields().has(HttpHeaderNames.SEC_WEBSOCKET_KEY)) {
            proxies.missedUpgrade();
        }
        return ALIVE;
    }
}

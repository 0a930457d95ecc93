package xyz.dropsilk.server.api;

import java.util.concurrent.CompletionStage;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.service.IceProvider;
import xyz.dropsilk.server.service.TurnEvent;

/** {@code /api/turn-credentials}: credentials as their provider gave them, or an error, on which pages do with public STUN. */
public final class IceEndpoint implements Endpoint {
    /** Where TURN is not configured. */
    public static final Endpoint NOT_CONFIGURED =
            new NotConfigured(Response.json(501, "{\"error\":\"TURN service is not configured on the server.\"}"));

    private static final Response FAILED = Response.json(502, "{\"error\":\"Could not fetch TURN credentials.\"}");

    private final IceProvider provider;
    private final EventSink events;

    /** Answers with what {@code provider} gives. */
    public IceEndpoint(IceProvider provider, EventSink events) {
        this.provider = provider;
        this.events = events;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        return provider.credentials().handle((credentials, failure) -> {
            if (failure != null) {
                return FAILED;
            }
            events.publish(new TurnEvent.Issued(request.client()));
            return Response.json(200, "{\"iceServers\":" + credentials.iceServers() + "}")
                    .with("Cache-Control", "no-store");
        });
    }
}

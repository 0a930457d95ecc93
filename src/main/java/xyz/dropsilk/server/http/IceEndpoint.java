package xyz.dropsilk.server.http;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.event.ServerEvent;
import xyz.dropsilk.server.service.IceServers;

/** {@code /api/turn-credentials}: credentials as Cloudflare gave them, or an error, on which pages do with public STUN. */
public final class IceEndpoint implements Endpoint {
    private static final Response NOT_CONFIGURED =
            Response.json(501, "{\"error\":\"TURN service is not configured on the server.\"}");
    private static final Response FAILED = Response.json(502, "{\"error\":\"Could not fetch TURN credentials.\"}");

    private final @Nullable IceServers iceServers;
    private final ApiLimit limit;
    private final EventSink events;

    /** Answers with {@code iceServers}, null where TURN is not configured. */
    public IceEndpoint(@Nullable IceServers iceServers, ApiLimit limit, EventSink events) {
        this.iceServers = iceServers;
        this.limit = limit;
        this.events = events;
    }

    @Override
    public @Nullable Response refusal(Request request) {
        Response tooMany = limit.refusal(request);
        return tooMany == null && iceServers == null ? NOT_CONFIGURED : tooMany;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        if (iceServers == null) {
            throw new IllegalStateException("refused before");
        }
        return iceServers.current().handle((json, failure) -> {
            if (failure != null) {
                return FAILED;
            }
            events.publish(ServerEvent.turnIssued(IpAddress.text(request.client())));
            return Response.json(200, "{\"iceServers\":" + json + "}").with("Cache-Control", "no-store");
        });
    }
}

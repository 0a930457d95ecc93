package xyz.dropsilk.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** What turns an HTTP connection into something else (RFC 9110, 7.8). Called on the connection's loop. */
public interface Upgrade {
    /** Whether the request asks for it. */
    boolean isAskedFor(Request request);

    /** Decides. Where it agrees it has reserved whatever the session needs, and the session's handler must be added to the pipeline. */
    Outcome decide(Request request, Channel channel);

    /**
     * The decision.
     *
     * @param response 101, or the refusal
     * @param session what takes the connection over; null for a refusal
     */
    record Outcome(Response response, @Nullable ChannelHandler session) {}
}

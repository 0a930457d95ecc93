package xyz.dropsilk.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;

/**
 * The pipeline of every new connection: {@link HttpConnection} alone, which a WebSocket's session takes the place of after a handshake. Safe on any
 * thread.
 */
public final class HttpPipeline extends ChannelInitializer<Channel> {
    private final HttpContext shared;
    private final HttpConnections connections;
    private final ResponseWriter writer;

    /** Pipelines for connections of what they share, {@code shared}: at least as many as there may be WebSockets, {@code maxWebSockets}. */
    public HttpPipeline(HttpContext shared, int maxWebSockets) {
        this.shared = shared;
        this.writer = new ResponseWriter(new DateField(shared.clock()));
        this.connections = new HttpConnections(Math.max(HttpConnections.LEAST_MAX, maxWebSockets), shared.events());
    }

    /** From now on each connection, old or new, ends with its next answer: its client comes back by way of the load balancer. Any thread. */
    public void endWithAnswers() {
        connections.end();
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new HttpConnection(shared, writer, channel, connections.enter(channel)));
    }
}

package xyz.dropsilk.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;

/**
 * The pipeline of every new connection: {@link HttpConnection} alone, which a WebSocket's session takes the place of after a handshake. Safe on any
 * thread.
 */
public final class HttpPipeline extends ChannelInitializer<Channel> {
    private final HttpSettings settings;
    private final HttpConnections connections;
    private final ResponseWriter writer;

    /** Pipelines for connections that share {@code settings}: at least as many as there may be WebSockets, {@code maxWebSockets}. */
    public HttpPipeline(HttpSettings settings, int maxWebSockets) {
        this.settings = settings;
        this.writer = new ResponseWriter(new DateField(settings.clock()));
        this.connections = new HttpConnections(Math.max(HttpConnections.LEAST_MAX, maxWebSockets), settings.events());
    }

    /** From now on each connection, old or new, ends with its next answer: its client comes back by way of the load balancer. Any thread. */
    public void endWithAnswers() {
        connections.end();
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new HttpConnection(settings, writer, channel, connections.enter(channel)));
    }
}

package xyz.dropsilk.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.flow.FlowControlHandler;

/**
 * The pipeline of every new connection, whole:
 *
 * <ol>
 *   <li>{@code RequestMemory}: its share of the memory for all connections
 *   <li>{@code RequestDeadline}: absolute time limits, by the bytes that arrive
 *   <li>{@code HttpCodec}: bytes to HTTP and back, with limits on line and header
 *   <li>{@code FlowControlHandler}: holds back what was decoded beyond the request at hand
 *   <li>{@code HttpConnection}: one request at a time, answered or upgraded
 * </ol>
 *
 * <p>After a WebSocket handshake all five are gone and the session is the only handler.
 */
public final class HttpPipeline extends ChannelInitializer<Channel> {
    /** The longest request line: bytes. */
    static final int MAX_LINE_BYTES = 8 * 1024;

    /** The most a header may have, all fields together: bytes. */
    static final int MAX_HEADER_BYTES = 16 * 1024;

    /** Requests that are decoded and not answered: more than one read holds. */
    static final int MAX_PIPELINED = 512;

    private final HttpSettings settings;
    private final HttpConnections connections;
    private final DateField date;

    /** Pipelines for connections that share {@code settings}: at least as many as there may be WebSockets, {@code maxWebSockets}. */
    public HttpPipeline(HttpSettings settings, int maxWebSockets) {
        this.settings = settings;
        this.date = new DateField(settings.clock());
        this.connections = new HttpConnections(Math.max(HttpConnections.LEAST_MAX, maxWebSockets), settings.events());
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setHeadersFactory(RequestFields.FACTORY)
                .setTrailersFactory(RequestFields.FACTORY);
        HttpCodec codec = new HttpCodec(limits, MAX_PIPELINED);
        RequestDeadline deadline = new RequestDeadline(codec::keepsBytes);
        RequestMemory memory = new RequestMemory(settings.memory(), deadline);
        channel.pipeline()
                .addLast(memory)
                .addLast(deadline)
                .addLast(codec)
                .addLast(new FlowControlHandler())
                .addLast(new HttpConnection(settings, connections, date, deadline, memory));
    }
}

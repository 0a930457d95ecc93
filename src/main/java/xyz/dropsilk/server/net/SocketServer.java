package xyz.dropsilk.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.http.ServerStopping;
import xyz.dropsilk.server.meter.Meters;

/**
 * The listening socket and all connections behind it. Started and stopped by one thread that is not an event loop.
 */
public final class SocketServer {
    /** Connections that the kernel holds until they are accepted: a school that opens the page at the same bell. */
    private static final int BACKLOG = 4_096;

    private static final int LEAST_READ_BYTES = 64;

    /** The first read of a connection: a request's head. */
    private static final int FIRST_READ_BYTES = 2 * 1024;

    /** The most that is read from one connection before the others have their turn: some hundred of the smallest requests. */
    private static final int MAX_READ_BYTES = 8 * 1024;

    /** How long the loops may take to end once nothing is open. */
    private static final Duration LOOPS_END = Duration.ofSeconds(1);

    private final Transport transport;
    private final LoopWatch watch;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private @Nullable Channel listener;

    /** A server whose loops run and which listens on nothing yet. */
    public SocketServer() {
        this(Transport.loopsFor(Runtime.getRuntime().availableProcessors()));
    }

    /** A server with {@code loops} event loops. */
    public SocketServer(int loops) {
        this.transport = Transport.create(loops);
        this.watch = new LoopWatch(transport.loops(), LoopWatch.LIMIT);
    }

    /** One of the event loops, for timed work that never blocks. */
    public EventLoop loop() {
        return transport.loops().next();
    }

    /** Whether all event loops run; completes in bounded time, never with a failure. Any thread. */
    public CompletionStage<Boolean> loopsRun() {
        return watch.allRun();
    }

    /** Bytes of memory that the buffers' pool has taken from the system. Any thread. */
    public long bufferBytes() {
        return transport.allocator().metric().usedDirectMemory();
    }

    /** What the buffers' pool tells of itself. */
    public ByteBufAllocatorMetricProvider buffers() {
        return transport.allocator();
    }

    /** Measures from now on how late the event loops are, into {@code meters}. */
    public void watchLoops(Meters meters) {
        LoopDelay.watch(transport.loops(), meters);
    }

    /** The way that bytes take: {@code epoll} or {@code nio}. */
    public String transport() {
        return transport.name();
    }

    /**
     * Listens on {@code port} of {@code host}, of all addresses where that is null; {@code pipeline} fills the pipeline of each connection.
     *
     * @return the port, which the system chose if it is 0
     * @throws IOException if that can't be listened on; its message says why and what to do
     */
    public int listen(@Nullable String host, int port, ChannelHandler pipeline) throws IOException {
        InetSocketAddress address = host == null ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("Can't listen: the name " + host + " in HOST does not resolve to an address");
        }
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.loops())
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.ALLOCATOR, transport.allocator())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true) // see EndOfInput
                .childOption(ChannelOption.ALLOCATOR, transport.allocator())
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, shortTurns())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline().addLast(pipeline);
                    }
                });
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    whyNot(host, port, String.valueOf(bound.cause().getMessage())), bound.cause());
        }
        listener = bound.channel();
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    private static String whyNot(@Nullable String host, int port, String cause) {
        String where = "Can't listen on port " + port + (host == null ? "" : " of " + host) + ": ";
        if (cause.contains("Address already in use")) {
            return where + "another program listens there; choose another port with --port=PORT";
        } else if (cause.contains("Permission denied")) {
            return where + "ports below 1024 need a right of their own; choose another one with --port=PORT";
        } else if (cause.contains("Cannot assign requested address")) {
            return where + "the HOST is no address of this machine";
        }
        return where + cause;
    }

    /** One read a turn of the event loop: whoever sends without end, pipelined requests above all, delays others by a few milliseconds. */
    private static RecvByteBufAllocator shortTurns() {
        return new AdaptiveRecvByteBufAllocator(LEAST_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES)
                .maxMessagesPerRead(1);
    }

    /** Returns when the server no longer listens. */
    public void awaitEnd() {
        if (listener != null) {
            listener.closeFuture().awaitUninterruptibly();
        }
    }

    /** Accepts no more, lets each connection finish by itself, and cuts those that are left once most of {@code limit} has passed. */
    public void stop(Duration limit) {
        long loopsEnd = Math.min(LOOPS_END.toMillis(), limit.toMillis() / 4);
        if (listener != null) {
            listener.close().awaitUninterruptibly(loopsEnd);
        }
        Duration patience = Duration.ofMillis(limit.toMillis() - 3 * loopsEnd);
        transport.loops().forEach(loop -> loop.execute(() -> tellThoseOf(loop, new ServerStopping(patience))));
        connections.newCloseFuture().awaitUninterruptibly(patience.toMillis());
        connections.close().awaitUninterruptibly(loopsEnd);
        transport.loops().shutdownGracefully(0, loopsEnd, TimeUnit.MILLISECONDS).awaitUninterruptibly(loopsEnd);
    }

    private void tellThoseOf(EventExecutor loop, ServerStopping stop) {
        for (Channel connection : connections) {
            if (connection.eventLoop() == loop) {
                connection.pipeline().fireUserEventTriggered(stop);
            }
        }
    }
}

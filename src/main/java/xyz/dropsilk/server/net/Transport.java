package xyz.dropsilk.server.net;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.Executor;
import xyz.dropsilk.server.base.Threads;

/**
 * The event loops, their sockets and their buffers. Made once, closed by whoever made it.
 *
 * @param loops run everything that has to do with sockets
 * @param serverChannel the listening socket that goes with them
 * @param allocator of all buffers
 */
record Transport(EventLoopGroup loops, Class<? extends ServerChannel> serverChannel, PooledByteBufAllocator allocator) {
    /** Half the cores relay as much as all of them: what a loop does between two waits is short, and hops between loops cost more. */
    private static final int CORES_PER_LOOP = 2;

    /** How long an event loop runs tasks, such as the answers to pipelined requests, before it looks after its sockets. */
    private static final long TASKS_MILLIS = 5;

    // --- the pool: small, since an idle connection holds no buffer ---
    private static final int PAGE_BYTES = 8 * 1024;
    private static final int CHUNK_ORDER = 7; // chunks of 1 MiB
    private static final int SMALL_CACHE = 256;
    private static final int NORMAL_CACHE = 32;

    /** Epoll where there is a native library for it, else the JDK's selector. */
    static Transport create(int loops) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new Transport(
                new Loops(loops, io),
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class,
                new PooledByteBufAllocator(
                        /* preferDirect= */ true,
                        /* nHeapArena= */ 0,
                        loops,
                        PAGE_BYTES,
                        CHUNK_ORDER,
                        SMALL_CACHE,
                        NORMAL_CACHE,
                        /* useCacheForAllThreads= */ false));
    }

    /** How it is called. */
    String name() {
        return serverChannel == EpollServerSocketChannel.class ? "epoll" : "nio";
    }

    /** Loops that look after their sockets again once tasks have run for a while; Netty's own wait for up to a second. */
    private static final class Loops extends MultiThreadIoEventLoopGroup {
        Loops(int loops, IoHandlerFactory io) {
            super(loops, Threads.loops(), io);
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... arguments) {
            return new SingleThreadIoEventLoop(
                    this, executor, io, Integer.MAX_VALUE, RejectedExecutionHandlers.reject(), TASKS_MILLIS);
        }
    }

    /** As many loops as pay on this machine. */
    static int loopsFor(int cores) {
        return Math.max(1, cores / CORES_PER_LOOP);
    }
}

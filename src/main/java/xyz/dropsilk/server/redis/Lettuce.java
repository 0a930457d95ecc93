package xyz.dropsilk.server.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.config.RedisUrl;

/**
 * How the library is set: on the server's own event loops, without a time-out of its own, without connecting again by itself (its resending would
 * do things twice), with few requests under way.
 */
final class Lettuce {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

    /** A first handshake by TLS loads hundreds of classes, on half a core that somebody else needs as well. */
    private static final Duration TLS_LIMIT = Duration.ofSeconds(5);

    /** Half-open connections end after it. */
    private static final Duration UNACKNOWLEDGED_LIMIT = Duration.ofSeconds(10);

    private static final int MOST_REQUESTS = 4_096;

    private Lettuce() {}

    /** A client on {@code loops}, with resources of its own to be closed with it. */
    static RedisClient client(EventLoopGroup loops) {
        ClientResources resources = DefaultClientResources.builder()
                .eventLoopGroupProvider(new OwnLoops(loops))
                .eventExecutorGroup(loops)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_REQUESTS)
                .timeoutOptions(
                        TimeoutOptions.create()) // else waiting for letters would be ended as a command too slow
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_LIMIT)
                        .keepAlive(true)
                        .tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                                .enable()
                                .tcpUserTimeout(UNACKNOWLEDGED_LIMIT)
                                .build())
                        .build())
                .build());
        return client;
    }

    /** Where the engine is, and how the instance {@code id} logs in. */
    static RedisURI uri(RedisUrl url, String id) {
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(url.host())
                .withPort(url.port())
                .withSsl(url.tls())
                .withDatabase(url.database())
                .withClientName("dropsilk-" + id)
                .withTimeout(url.tls() ? TLS_LIMIT : CONNECT_LIMIT);
        Secret password = url.password();
        String user = url.user();
        if (password != null && user != null) {
            uri.withAuthentication(user, password.reveal());
        } else if (password != null) {
            uri.withPassword((CharSequence) password.reveal());
        }
        return uri.build();
    }

    /** Hands out the server's loops, which nobody but the server ends. */
    private record OwnLoops(EventLoopGroup loops) implements EventLoopGroupProvider {
        @Override
        @SuppressWarnings(
                "unchecked") // the library asks for the class that its own loops would have, and uses the interface
        public <T extends EventLoopGroup> T allocate(Class<T> type) {
            return (T) loops;
        }

        @Override
        public int threadPoolSize() {
            return 1;
        }

        @Override
        public Future<Boolean> release(EventExecutorGroup group, long quiet, long limit, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }

        @Override
        public Future<Boolean> shutdown(long quiet, long limit, TimeUnit unit) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
        }
    }
}

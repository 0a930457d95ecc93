package xyz.dropsilk.server.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Threads;

/**
 * All HTTP calls to third parties. One per server, safe on any thread, never blocks a caller: the client is made on the first call, by
 * a thread of its own. A call over {@link #MAX_OPEN_CALLS} is refused as busy. Redirects are not followed, since they would carry
 * the key elsewhere.
 */
public final class Outbound implements Calls, AutoCloseable {
    /** Calls open at once; what they hold is bounded by it: buffers, connections and tasks. */
    static final int MAX_OPEN_CALLS = 64;

    /** The longest answer that any of the services gives is some 2 kB. */
    private static final int MAX_ANSWER_BYTES = 256 * 1024;

    private static final int THREADS = 4;
    /** An open call has a handful of tasks at a time, so this never fills. */
    private static final int MAX_QUEUED_TASKS = MAX_OPEN_CALLS * 64;

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MIN_PAUSE_MILLIS = 50;
    private static final int MAX_PAUSE_MILLIS = 250;

    private final ThreadPoolExecutor executor = Threads.bounded("outbound", THREADS, MAX_QUEUED_TASKS);
    private final Semaphore free = new Semaphore(MAX_OPEN_CALLS);
    private @Nullable HttpClient client;

    /** When a call was begun last. */
    private long lastUsed;

    @Override
    public CompletableFuture<byte[]> send(Call call) {
        if (!free.tryAcquire()) {
            return CompletableFuture.failedFuture(new RemoteException(RemoteException.Kind.BUSY));
        }
        Exchange exchange = new Exchange(call);
        exchange.answer.orTimeout(call.limit().toMillis(), TimeUnit.MILLISECONDS);
        exchange.start();
        return exchange.answer
                .whenComplete((body, failure) -> {
                    free.release();
                    exchange.cancel();
                })
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(shown(failure)));
    }

    /** Refuses calls from now on and drops the open ones. */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    /**
     * The client, a new one after a pause: the JDK's keeps idle connections for up to 20 minutes, longer than firewalls do, and a call on a
     * forgotten one hears nothing.
     */
    private synchronized HttpClient client() {
        long now = System.nanoTime();
        if (client == null || now - lastUsed > IDLE_NANOS) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(CONNECT_LIMIT)
                    .executor(executor)
                    .build();
        }
        lastUsed = now;
        return client;
    }

    /**
     * {@code uri} as the JDK's client takes it: it knows no host with an underscore, though Docker's networks are full of them. Such a one is
     * looked up here, on a thread that may block.
     */
    private static URI reachable(URI uri) throws UnknownHostException {
        if (uri.getHost() != null) {
            return uri;
        }
        String authority = uri.getRawAuthority();
        int colon = authority.lastIndexOf(':');
        InetAddress address = InetAddress.getByName(colon < 0 ? authority : authority.substring(0, colon));
        String host = address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
        return URI.create(uri.toString()
                .replaceFirst(Pattern.quote(authority), host + (colon < 0 ? "" : authority.substring(colon))));
    }

    /** What {@code failure} is to a caller. Bugs come through as they are. */
    private static Throwable shown(@Nullable Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof RemoteException || cause instanceof RuntimeException || cause instanceof Error) {
            return cause;
        }
        return new RemoteException(
                cause instanceof TimeoutException || cause instanceof HttpTimeoutException
                        ? RemoteException.Kind.TIMED_OUT
                        : RemoteException.Kind.UNREACHABLE);
    }

    /** {@code failure} without the wrappings of futures and of the HTTP client. */
    private static @Nullable Throwable cause(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof RemoteException) {
                return inner;
            }
        }
        return cause;
    }

    /** One call with its second try; {@code answer} is completed by whoever is first: the answer, a failure or the time limit. */
    private final class Exchange {
        private final Call call;
        private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
        private volatile @Nullable CompletableFuture<HttpResponse<byte[]>> attempt;

        Exchange(Call call) {
            this.call = call;
        }

        void start() {
            try {
                executor.execute(() -> attempt(call.repeatable()));
            } catch (RejectedExecutionException e) {
                answer.completeExceptionally(new RemoteException(RemoteException.Kind.BUSY));
            }
        }

        private void attempt(boolean mayRepeat) {
            try {
                HttpRequest.Builder request = HttpRequest.newBuilder(reachable(call.uri()))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(call.body()));
                call.headers().forEach(request::header);
                CompletableFuture<HttpResponse<byte[]>> sent =
                        client().sendAsync(request.build(), head -> new BoundedBody());
                attempt = sent;
                CompletableFuture<?> unused =
                        sent.whenComplete((response, failure) -> ended(response, failure, mayRepeat));
                if (answer.isDone()) {
                    cancel();
                }
            } catch (UnknownHostException e) {
                answer.completeExceptionally(shown(e));
            } catch (IllegalArgumentException e) {
                answer.completeExceptionally(new RemoteException(RemoteException.Kind.UNSENDABLE));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }

        private void ended(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure, boolean mayRepeat) {
            if (response != null) {
                int status = response.statusCode();
                if (status / 100 == 2) {
                    answer.complete(response.body());
                } else {
                    answer.completeExceptionally(RemoteException.refused(status));
                }
            } else if (mayRepeat && cause(failure) instanceof IOException && !answer.isDone()) {
                int pause = ThreadLocalRandom.current().nextInt(MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS);
                CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, executor)
                        .execute(() -> attempt(false));
            } else {
                answer.completeExceptionally(shown(failure));
            }
        }

        /** Ends the running attempt, which closes its connection. */
        void cancel() {
            CompletableFuture<HttpResponse<byte[]>> running = attempt;
            if (running != null) {
                running.cancel(true);
            }
        }
    }

    /** A response body that gives up once it is longer than any honest one. One per call; the HTTP client calls it one signal at a time. */
    private static final class BoundedBody implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (body.isDone()) {
                    return;
                }
                if (bytes.size() + buffer.remaining() > MAX_ANSWER_BYTES) {
                    body.completeExceptionally(new RemoteException(RemoteException.Kind.MALFORMED));
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    return;
                }
                byte[] part = new byte[buffer.remaining()];
                buffer.get(part);
                bytes.writeBytes(part);
            }
        }

        @Override
        public void onError(Throwable cause) {
            body.completeExceptionally(cause);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}

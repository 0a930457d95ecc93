package xyz.dropsilk.server.remote;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The way out to third parties, apart from what is said to them. Safe on any thread, never blocks. */
@FunctionalInterface
public interface Calls {
    /** The body of a 2xx answer, or a {@link RemoteException} saying why there is none. Completes within the call's limit. */
    CompletableFuture<byte[]> send(Call call);

    /**
     * One POST.
     *
     * @param uri where to
     * @param headers header fields; their values may be secret
     * @param body the body's bytes
     * @param limit the time for all of it: connecting, sending, the whole answer, and a second try
     * @param repeatable whether sending it twice does no harm, so that a broken connection is tried once more
     */
    record Call(URI uri, Map<String, String> headers, byte[] body, Duration limit, boolean repeatable) {}
}

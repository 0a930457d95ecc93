package xyz.dropsilk.server.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.util.Map;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.http.TestFields;

/** Requests as the router hands them to endpoints, and the router's two steps. */
public final class Requests {
    private static final InetAddress CLIENT = InetAddress.getLoopbackAddress();

    private Requests() {}

    public static Request of(HttpMethod method, String query, Map<String, String> headers, byte[] body) {
        return new Request(method, "/", query, TestFields.of(headers.entrySet()), body, CLIENT, NetworkKey.of(CLIENT));
    }

    public static Request get() {
        return of(HttpMethod.GET, "", Map.of(), new byte[0]);
    }

    public static Request post(String body) {
        return of(HttpMethod.POST, "", Map.of(), body.getBytes(UTF_8));
    }

    /** The refusal if there is one, else the answer. */
    public static Response answer(Endpoint endpoint, Request request) {
        Response refusal = endpoint.refusal(request);
        return refusal != null
                ? refusal
                : endpoint.answer(request).toCompletableFuture().join();
    }

    public static String text(Response response) {
        return new String(response.body(), UTF_8);
    }
}

package xyz.dropsilk.server.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;

/** A request while it arrives: its head, then its body. Confined to the connection's loop. */
final class RequestAssembly {
    /** The contract's bound for a body. */
    static final int MAX_BODY_BYTES = 256 * 1024;

    private final HttpRequest head;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private final @Nullable RequestTarget target;
    private @Nullable HttpResponseStatus fault;
    private boolean tooLarge;

    RequestAssembly(HttpRequest head) {
        this.head = head;
        this.target = head.decoderResult().isSuccess() ? RequestTarget.parse(head.uri()) : null;
        this.fault = faultOf(head);
        if (fault == null && target == null) {
            fault = HttpResponseStatus.BAD_REQUEST;
        }
        this.tooLarge = fault == null && HttpUtil.getContentLength(head, 0L) > MAX_BODY_BYTES;
    }

    private static @Nullable HttpResponseStatus faultOf(HttpRequest head) {
        DecoderResult result = head.decoderResult();
        if (result.isFailure()) {
            return statusOf(result.cause());
        }
        if (head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)
                && head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY2)) {
            // A handshake of 2010 with 8 bytes behind it that nothing announces: the decoder takes them for a body, and
            // whatever stands before this server for the next request.
            return HttpResponseStatus.BAD_REQUEST;
        }
        List<String> hosts = head.headers().getAll(HttpHeaderNames.HOST);
        // RFC 9112, 3.2: exactly one. HTTP/1.0 knew none.
        boolean asMany =
                hosts.size() == 1 || (hosts.isEmpty() && head.protocolVersion().equals(HttpVersion.HTTP_1_0));
        return asMany && hosts.stream().allMatch(RequestTarget::isHost) ? null : HttpResponseStatus.BAD_REQUEST;
    }

    private static HttpResponseStatus statusOf(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        return cause instanceof TooLongHttpHeaderException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    /** Adds a part of the body, which is borrowed. */
    void add(HttpContent content) {
        if (content.decoderResult().isFailure() && fault == null) {
            fault = HttpResponseStatus.BAD_REQUEST;
        }
        int length = content.content().readableBytes();
        if (body.size() + length > MAX_BODY_BYTES) {
            tooLarge = true;
        }
        if (length == 0 || tooLarge || fault != null) {
            return;
        }
        byte[] bytes = new byte[length];
        content.content().readBytes(bytes);
        body.writeBytes(bytes);
    }

    /** Why this is no request, or null. */
    @Nullable
    HttpResponseStatus fault() {
        return fault;
    }

    boolean isTooLarge() {
        return tooLarge;
    }

    boolean isHead() {
        return head.method().equals(HttpMethod.HEAD);
    }

    boolean isKeepAlive() {
        return HttpUtil.isKeepAlive(head);
    }

    /** HTTP/1.0 has no upgrades: the field is ignored there (RFC 9110, 7.8). Behind a body that is not read to its end nothing can follow. */
    boolean mayUpgrade() {
        return head.protocolVersion().equals(HttpVersion.HTTP_1_1) && !tooLarge;
    }

    HttpVersion version() {
        return head.protocolVersion();
    }

    HttpHeaders headers() {
        return head.headers();
    }

    /** The request, whole, from {@code client}. */
    Request request(InetAddress client) {
        if (target == null) {
            throw new IllegalStateException("no request");
        }
        return new Request(
                head.method(),
                target.path(),
                target.rawQuery(),
                head.headers(),
                tooLarge ? null : body.toByteArray(),
                client,
                NetworkKey.of(client));
    }
}

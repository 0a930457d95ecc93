package xyz.dropsilk.server.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** What arrived is no request, or one that this server does not read. Without a stack trace: a client causes it at will. */
final class MalformedRequest extends Exception {
    private static final long serialVersionUID = 1;

    private final transient HttpResponseStatus status;
    private final transient @Nullable Fields fields;

    /** To be answered with {@code status}; what its header says nobody knows. */
    MalformedRequest(HttpResponseStatus status) {
        this(status, null);
    }

    /** The same, of a request with {@code fields}. */
    MalformedRequest(HttpResponseStatus status, @Nullable Fields fields) {
        super(status.reasonPhrase(), null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
        this.status = status;
        this.fields = fields;
    }

    HttpResponseStatus status() {
        return status;
    }

    /** The request's fields, as far as they could be read: they may name the client. */
    @Nullable
    Fields fields() {
        return fields;
    }
}

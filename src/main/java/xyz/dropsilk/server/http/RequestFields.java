package xyz.dropsilk.server.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/** The header of one request while it is decoded: a field of four bytes becomes objects of over a hundred, so their number has a limit too. */
final class RequestFields extends DefaultHttpHeaders {
    /** Several times what a browser and the proxies before us send. */
    static final int MAX_FIELDS = 128;

    static final HttpHeadersFactory FACTORY = new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
            return new RequestFields();
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new RequestFields();
        }
    };

    private int fields;

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        if (++fields > MAX_FIELDS) {
            throw new TooLongHttpHeaderException("more than " + MAX_FIELDS + " fields");
        }
        return super.add(name, value);
    }
}

package xyz.dropsilk.server.http;

import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;

/**
 * Netty's decoder and encoder as one handler, like its own {@code HttpServerCodec}, but one that tells whether a request has begun behind those
 * that are decoded. Confined to the connection's loop.
 */
final class HttpCodec extends CombinedChannelDuplexHandler<HttpCodec.Decoder, HttpResponseEncoder> {
    /** The decoder, with a look at what it keeps. */
    static final class Decoder extends HttpRequestDecoder {
        Decoder(HttpDecoderConfig limits) {
            super(limits);
        }

        boolean keepsBytes() {
            return actualReadableBytes() > 0;
        }
    }

    /** A codec that decodes within {@code limits}. */
    HttpCodec(HttpDecoderConfig limits) {
        super(new Decoder(limits), new HttpResponseEncoder());
    }

    /** Whether bytes have arrived that are no whole line, header or chunk yet. Without a meaning while a read is being decoded. */
    boolean keepsBytes() {
        return inboundHandler().keepsBytes();
    }
}

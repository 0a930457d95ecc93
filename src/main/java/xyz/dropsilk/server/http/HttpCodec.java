package xyz.dropsilk.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Netty's decoder and encoder as one handler, like its own {@code HttpServerCodec}, but one that tells whether a request has begun behind those
 * that are decoded. Confined to the connection's loop.
 */
final class HttpCodec extends CombinedChannelDuplexHandler<HttpCodec.Decoder, HttpResponseEncoder> {
    /** The decoder, with a look at what it keeps and a limit to how far it is ahead. */
    static final class Decoder extends HttpRequestDecoder {
        private static final Pattern VERSION = Pattern.compile("HTTP/1\\.[0-9]");

        private final int maxPipelined;
        private int unanswered;

        Decoder(HttpDecoderConfig limits, int maxPipelined) {
            super(limits);
            this.maxPipelined = maxPipelined;
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) throws Exception {
            int before = out.size();
            super.decode(context, bytes, out);
            for (Object decoded : out.subList(before, out.size())) {
                if (decoded instanceof HttpRequest && ++unanswered > maxPipelined) {
                    throw new TooLongFrameException("more than " + maxPipelined + " requests without an answer");
                }
            }
        }

        /**
         * Minor versions above 1 are to be answered like it (RFC 9110, 2.5); anything else that is not spelled as RFC 9112, 2.3, says is no
         * request. Netty's own parser takes other spellings for the same.
         */
        @Override
        protected HttpMessage createMessage(String[] line) throws Exception {
            if (!VERSION.matcher(line[2]).matches()) {
                throw new IllegalArgumentException("no version of HTTP that this server speaks");
            }
            String version = line[2].equals(HttpVersion.HTTP_1_0.text()) ? line[2] : HttpVersion.HTTP_1_1.text();
            return super.createMessage(new String[] {line[0], line[1], version});
        }

        boolean keepsBytes() {
            return actualReadableBytes() > 0;
        }
    }

    /** A codec that decodes within {@code limits}, and at most {@code maxPipelined} requests that are not answered. */
    HttpCodec(HttpDecoderConfig limits, int maxPipelined) {
        super(new Decoder(limits, maxPipelined), new HttpResponseEncoder());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof HttpResponse response && !response.status().equals(HttpResponseStatus.CONTINUE)) {
            inboundHandler().unanswered--;
        }
        super.write(context, message, promise);
    }

    /** How many requests are decoded and not answered, the one at hand included. */
    int unanswered() {
        return inboundHandler().unanswered;
    }

    /** Whether bytes have arrived that are no whole line, header or chunk yet. Without a meaning while a read is being decoded. */
    boolean keepsBytes() {
        return inboundHandler().keepsBytes();
    }
}

package xyz.dropsilk.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.IpAddress;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.ServerEvent;

/**
 * One HTTP connection: its requests one after the other, each read whole, answered, and followed by the next; or handed over to whatever it is
 * upgraded to. While a request is being answered nothing further is read, so pipelined requests are answered in order. Confined to the
 * connection's loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    /** Pipelined requests answered in a row until other connections have their turn. */
    private static final int ANSWERS_A_TURN = 16;

    private final HttpSettings settings;
    private final HttpConnections connections;
    private final DateField date;
    private final RequestDeadline deadline;
    private final RequestMemory memory;

    /** The request at hand, from its first line until it is answered. */
    private @Nullable RequestAssembly assembly;

    private long answered;

    /** The connection is no longer HTTP's: whatever is still handed on was decoded behind the handshake, and is thrown away. */
    private boolean upgraded;

    /** Nothing further is read: the connection ends with the answer at hand. */
    private boolean last;

    /** The server stops: the request at hand is still read and answered, and the connection ends with that. */
    private boolean stopping;

    /** A handler of one of {@code connections}, whose time is kept by {@code deadline} and whose memory by {@code memory}. */
    HttpConnection(
            HttpSettings settings,
            HttpConnections connections,
            DateField date,
            RequestDeadline deadline,
            RequestMemory memory) {
        this.settings = settings;
        this.connections = connections;
        this.date = date;
        this.deadline = deadline;
        this.memory = memory;
    }

    // --- reading ---

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (last || upgraded) {
                return;
            }
            if (message instanceof HttpRequest head) {
                begin(context, head);
            }
            if (message instanceof HttpContent content && assembly != null) {
                assembly.add(content);
            }
            if (assembly != null && (assembly.fault() != null || assembly.isTooLarge())) {
                last = true;
                answer(context, assembly);
            } else if (message instanceof LastHttpContent && assembly != null) {
                answer(context, assembly);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest head) {
        assembly = new RequestAssembly(head);
        connections.busy(context.channel());
        deadline.requestBegun(context);
        if (HttpUtil.is100ContinueExpected(head) && !assembly.isTooLarge() && assembly.fault() == null) {
            context.writeAndFlush(new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
    }

    private void answer(ChannelHandlerContext context, RequestAssembly whole) {
        deadline.requestEnded();
        HttpResponseStatus fault = whole.fault();
        if (fault != null) {
            refused(context, Refusal.BAD_REQUEST);
            respond(context, whole, Response.text(fault.code(), fault.reasonPhrase()));
            return;
        }
        Request request = whole.request(client(context, whole));
        if (whole.mayUpgrade() && settings.upgrade().isAskedFor(request)) {
            upgrade(context, whole, request);
            return;
        }
        CompletableFuture<Response> answer = settings.router().route(request).toCompletableFuture();
        if (answer.isDone()) {
            respondOrClose(context, whole, answer.join());
            return;
        }
        pause(context.channel());
        CompletableFuture<?> unused = answer.thenAccept(
                response -> context.executor().execute(() -> respondOrClose(context, whole, response)));
    }

    private InetAddress client(ChannelHandlerContext context, RequestAssembly request) {
        return settings.clientAddress().resolve(tcpPeer(context), request.headers()::getAll);
    }

    private static InetAddress tcpPeer(ChannelHandlerContext context) {
        return context.channel().remoteAddress() instanceof InetSocketAddress socket
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    private void refused(ChannelHandlerContext context, Refusal refusal) {
        InetAddress ip = assembly == null ? tcpPeer(context) : client(context, assembly);
        settings.events().publish(ServerEvent.refused(refusal, IpAddress.text(ip), null));
    }

    // --- answering ---

    /** A fault here, such as a header that HTTP does not allow, would be lost in the stage and the client wait for ever. */
    private void respondOrClose(ChannelHandlerContext context, RequestAssembly request, Response response) {
        try {
            respond(context, request, response);
        } catch (RuntimeException fault) {
            exceptionCaught(context, fault);
        }
    }

    /** Answers {@code request}, or what never became one. */
    private void respond(ChannelHandlerContext context, @Nullable RequestAssembly request, Response response) {
        Channel channel = context.channel();
        if (!channel.isActive()) {
            return;
        }
        boolean keepAlive = !last && !stopping && request != null && request.isKeepAlive();
        deadline.responseBegun(context);
        ChannelFuture written = context.writeAndFlush(netty(response, request, keepAlive));
        if (!written.isDone()) {
            pause(channel);
            written.addListener(done -> responded(context, done.isSuccess(), keepAlive));
        } else {
            responded(context, written.isSuccess(), keepAlive);
        }
    }

    /** The client has the answer, or the connection is broken. */
    private void responded(ChannelHandlerContext context, boolean taken, boolean keepAlive) {
        Channel channel = context.channel();
        if (!taken) {
            channel.close();
        } else if (keepAlive) {
            assembly = null;
            connections.idle(channel);
            deadline.responseEnded(context);
            if (++answered % ANSWERS_A_TURN == 0) {
                pause(channel);
                context.executor().execute(() -> resume(channel));
            } else {
                resume(channel);
            }
        } else {
            linger(context);
        }
    }

    /** Nothing further is handed on until {@link #resume}. Costs a system call each, so not done for answers that are there at once. */
    private static void pause(Channel channel) {
        channel.config().setAutoRead(false);
    }

    private void resume(Channel channel) {
        channel.config().setAutoRead(true);
        memory.settle();
    }

    private FullHttpResponse netty(Response response, @Nullable RequestAssembly request, boolean keepAlive) {
        ByteBuf body =
                request != null && request.isHead() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body());
        FullHttpResponse message =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()), body);
        copyHeaders(response, message);
        if (response.status() != HttpResponseStatus.NO_CONTENT.code()) {
            message.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        }
        // An end is always said; that the connection goes on, only to those of HTTP/1.0, who would not think so.
        HttpVersion hearer = keepAlive && request != null ? request.version() : HttpVersion.HTTP_1_1;
        HttpUtil.setKeepAlive(message.headers(), hearer, keepAlive);
        if (message.headers().contains(HttpHeaderNames.UPGRADE)) {
            String others = message.headers().get(HttpHeaderNames.CONNECTION);
            message.headers()
                    .set(
                            HttpHeaderNames.CONNECTION,
                            others == null ? "Upgrade" : "Upgrade, " + others); // RFC 9110, 7.8
        }
        return message;
    }

    private void copyHeaders(Response response, FullHttpResponse message) {
        response.headers().forEach(message.headers()::set);
        message.headers().set("X-Content-Type-Options", "nosniff").set(HttpHeaderNames.DATE, date.now());
    }

    /** Ends the connection so that the client gets the answer: what it still sends is thrown away for a moment, or a reset would overtake. */
    private void linger(ChannelHandlerContext context) {
        last = true;
        Channel channel = context.channel();
        if (channel instanceof DuplexChannel socket) {
            assembly = null;
            socket.shutdownOutput();
            deadline.lingers(context);
            channel.config().setAutoRead(true);
            memory.settle();
        } else {
            channel.close();
        }
    }

    // --- handing over ---

    private void upgrade(ChannelHandlerContext context, RequestAssembly whole, Request request) {
        ChannelPipeline pipeline = context.pipeline();
        HttpCodec codec = pipeline.get(HttpCodec.class);
        if (!context.channel().isActive()) {
            return; // closed while requests before this one were answered: nobody is there to be let in
        }
        if (codec.unanswered() > 1) {
            // What stands behind the handshake was decoded as requests already. A client has to wait for its answer
            // (RFC 6455, 4.1), since nobody knows before in which protocol it goes on.
            last = true;
            refused(context, Refusal.HANDSHAKE);
            respond(context, whole, Response.text(400, "Bad Request"));
            return;
        }
        Upgrade.Outcome outcome = settings.upgrade().decide(request, context.channel());
        ChannelHandler session = outcome.session();
        if (session == null) {
            last = true;
            respond(context, whole, outcome.response());
            return;
        }
        upgraded = true;
        FullHttpResponse switching = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        copyHeaders(outcome.response(), switching);
        context.write(switching);
        // The session speaks as soon as it is added, so HTTP's encoder goes before. The decoder goes last: it passes on
        // what it has read behind the request, and nobody may stand between it and the session then.
        codec.removeOutboundHandler();
        pipeline.addLast(session);
        pipeline.remove(FlowControlHandler.class);
        pipeline.remove(deadline);
        pipeline.remove(memory);
        pipeline.remove(this);
        pipeline.remove(codec);
        context.channel().config().setAutoRead(true);
    }

    // --- ending ---

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == RequestDeadline.REQUEST_EXPIRED) {
            refused(context, Refusal.REQUEST_TIMEOUT);
            last = true;
            respond(context, assembly, Response.text(408, "Request Timeout"));
        } else if (event == RequestMemory.EVICTED) {
            refused(context, Refusal.MEMORY);
            context.close();
        } else if (event instanceof ServerStopping stop) {
            stopping = true;
            if (!deadline.hurry(context, stop.patience().dividedBy(2))) {
                context.close();
            }
        }
    }

    /** Upgraded, or closed. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        connections.remove(context.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        last = true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        OutOfMemory.haltIfIn(cause);
        if (cause instanceof DecoderException) { // more requests at once than are held for one client
            refused(context, Refusal.BAD_REQUEST);
        } else if (!(cause instanceof IOException)) { // a connection that broke is no fault of ours
            settings.events().publish(ServerEvent.systemError("HTTP connection", cause));
        }
        context.close();
    }
}

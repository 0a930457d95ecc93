package xyz.dropsilk.server.http;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.event.SystemEvent;

/**
 * One HTTP connection, the only handler of its pipeline: its requests one after the other, each read whole, answered, and followed by the next; or
 * handed over to whatever it is upgraded to. What arrives while a request is being answered stays unread, so pipelined requests are answered in
 * order. Confined to the connection's loop.
 *
 * <pre>
 * IDLE ─► READING ─► ANSWERING ─► WRITING ─► IDLE …
 *                        │            └────► LINGERING ─► OVER
 *                        └─────► OVER, upgraded
 * </pre>
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    /** Pipelined requests answered in a row until other connections have their turn. */
    private static final int ANSWERS_A_TURN = 16;

    /** Bytes behind the request at hand that are taken from the socket. More wait there, which costs two system calls. */
    private static final int MAX_AHEAD_BYTES = 16 * 1024;

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);

    private enum State {
        /** Nothing of a request has arrived. */
        IDLE,
        /** A part of a request has. */
        READING,
        /** It is whole, and its endpoint at work, which keeps a time of its own. */
        ANSWERING,
        /** The answer is on its way. */
        WRITING,
        /** The last answer is out. What the client still sends is thrown away for a moment, or a reset would overtake the answer. */
        LINGERING,
        /** Closed, or handed over. */
        OVER
    }

    private final HttpContext shared;
    private final ResponseWriter writer;
    private final Channel channel;

    /** Where answers are written: from the pipeline's end, as by the channel itself, it would be a longer way. */
    private @Nullable ChannelHandlerContext context;

    /** The other end of the TCP connection. */
    private final InetAddress peer;

    private final HttpConnections.Place place;
    private final RequestReader reader = new RequestReader();
    private final RequestDeadline deadline;
    private final RequestMemory memory;

    private State state = State.IDLE;

    /** What has arrived and is in no request yet, or null. */
    private @Nullable ByteBuf unread;

    /** Bytes of the request that an endpoint is at work with. */
    private int atWork;

    private long answered;

    /** Requests are being read in a loop, which goes on behind an answer that is out at once. */
    private boolean looping;

    /** Other connections have their turn before this one goes on. */
    private boolean waitsItsTurn;

    /** The socket is not read. */
    private boolean paused;

    /** The client sends no more, and the connection is about to be closed. */
    private boolean inputEnded;

    /** The client was told to send the body. */
    private boolean continued;

    /** The connection ends with the answer at hand. */
    private boolean last;

    /** The server stops: the request at hand is still read and answered, and the connection ends with that. */
    private boolean stopping;

    /** The handler of {@code channel}, which has {@code place} among the others. */
    HttpConnection(HttpContext shared, ResponseWriter writer, Channel channel, HttpConnections.Place place) {
        this.shared = shared;
        this.writer = writer;
        this.channel = channel;
        this.peer = peerOf(channel);
        this.place = place;
        this.deadline = new RequestDeadline(channel.eventLoop(), this::expired);
        this.memory = new RequestMemory(shared.memory(), channel.eventLoop(), this::evicted);
    }

    // --- reading ---

    @Override
    public void handlerAdded(ChannelHandlerContext here) {
        context = here;
        deadline.in(RequestDeadline.REQUEST_NANOS);
    }

    /** No handler follows that would hear of it. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        assert channel.pipeline().last() == this;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        assert channel.eventLoop().inEventLoop() : channel;
        ByteBuf bytes = (ByteBuf) message;
        if (state == State.LINGERING || state == State.OVER) {
            bytes.release();
            return;
        }
        unread = unread == null ? bytes : MERGE_CUMULATOR.cumulate(channel.alloc(), unread, bytes);
        if (mayRead()) {
            readOn();
        } else {
            settle();
        }
    }

    private boolean mayRead() {
        return !waitsItsTurn && (state == State.IDLE || state == State.READING);
    }

    /** Reads and answers as many requests as have arrived. */
    private void readOn() {
        long turnEnds = answered + ANSWERS_A_TURN;
        looping = true;
        while (mayRead() && unread != null && readOne(unread)) {
            if (answered == turnEnds && mayRead()) {
                waitsItsTurn = true;
                channel.eventLoop().execute(this::takeTurn);
            }
        }
        looping = false;
        settle();
    }

    private void takeTurn() {
        assert channel.eventLoop().inEventLoop() : channel;
        waitsItsTurn = false;
        if (mayRead()) {
            readOn();
        }
    }

    /** Whether a request was there whole, or something that is none. */
    private boolean readOne(ByteBuf bytes) {
        try {
            if (reader.read(bytes)) {
                answer(Objects.requireNonNull(reader.head()), reader.body());
                return true;
            }
            RequestHead head = reader.head();
            if (head != null && head.expectsContinue() && !continued) {
                continued = true;
                here().writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
            }
            return false;
        } catch (MalformedRequest e) {
            last = true;
            refused(Refusal.BAD_REQUEST, e.fields());
            shared.router().answeredElsewhere(null, e.status().code());
            respond(null, Response.text(e.status().code(), e.status().reasonPhrase()));
            return true;
        }
    }

    /** What is left after a turn: how long it may stay so, and what it takes of memory. */
    private void settle() {
        if (unread != null && !unread.isReadable()) {
            unread.release();
            unread = null;
        }
        if (state == State.IDLE && (unread != null || reader.head() != null)) {
            state = State.READING;
            if (answered > 0) { // the first one's time runs from the connection on
                deadline.in(RequestDeadline.REQUEST_NANOS);
            }
        } else if (state == State.IDLE && answered > 0) {
            deadline.in(RequestDeadline.KEEP_ALIVE_NANOS);
        }
        if (state == State.IDLE) {
            place.idle();
        } else if (state != State.OVER) {
            place.busy();
        }
        pause(unread != null && !mayRead() && unread.readableBytes() > MAX_AHEAD_BYTES);
        memory.hold(2 * ((unread == null ? 0 : unread.capacity()) + reader.held())
                + atWork); // all is copied once it is whole
    }

    private void pause(boolean now) {
        // Behind the end of the input there is nothing to read, and Netty has nothing left that it could ask epoll for.
        if (paused != now && !inputEnded) {
            paused = now;
            channel.config().setAutoRead(!now);
        }
    }

    // --- answering ---

    private void answer(RequestHead head, byte @Nullable [] body) {
        reader.next();
        continued = false;
        last = body == null;
        InetAddress client = client(head.fields());
        Request request = new Request(
                head.method(),
                head.target().path(),
                head.target().rawQuery(),
                head.fields(),
                body,
                client,
                NetworkKey.of(client),
                peer);
        // HTTP/1.0 has no upgrades: the field is ignored there (RFC 9110, 7.8). Behind a body that is not read to its
        // end nothing can follow.
        if (body != null && !head.isHttp10() && shared.upgrade().isAskedFor(request)) {
            upgrade(head, request);
            return;
        }
        place.used();
        state = State.ANSWERING;
        CompletableFuture<Response> answer = shared.router().route(request).toCompletableFuture();
        if (answer.isDone()) {
            respondOrClose(head, answer.join());
            return;
        }
        deadline.none();
        atWork = body == null ? 0 : body.length;
        CompletableFuture<?> unused =
                answer.thenAccept(response -> channel.eventLoop().execute(() -> respondOrClose(head, response)));
    }

    private InetAddress client(@Nullable Fields fields) {
        return fields == null ? peer : shared.clientAddress().resolve(peer, fields::all);
    }

    private static InetAddress peerOf(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress socket
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    private void refused(Refusal refusal, @Nullable Fields fields) {
        shared.events().publish(new Refused(refusal, client(fields)));
    }

    /** A fault here, such as a field that HTTP does not allow, would be lost in the stage and the client wait for ever. */
    private void respondOrClose(RequestHead head, Response response) {
        assert channel.eventLoop().inEventLoop() : channel;
        try {
            respond(head, response);
        } catch (RuntimeException fault) {
            faulty(fault);
        }
    }

    /** Answers the request with {@code head}, or what never became one. */
    private void respond(@Nullable RequestHead head, Response response) {
        if (!channel.isActive()) {
            return;
        }
        boolean keepAlive = !last && !stopping && !place.isEnding() && head != null && head.isKeepAlive();
        // An end is always said; that the connection goes on, only to those of HTTP/1.0, who would not think so.
        String keeping = head != null && head.isHttp10() ? "keep-alive" : null;
        String connection = keepAlive ? keeping : "close";
        boolean toHead = head != null && head.method().equals(HttpMethod.HEAD);
        ByteBuf bytes = writer.bytes(channel.alloc(), response, toHead, connection);
        state = State.WRITING;
        ChannelFuture written = here().writeAndFlush(bytes);
        if (written.isDone()) {
            responded(written.isSuccess(), keepAlive);
        } else {
            deadline.in(RequestDeadline.RESPONSE_NANOS);
            written.addListener(done -> responded(done.isSuccess(), keepAlive));
        }
    }

    private ChannelHandlerContext here() {
        return Objects.requireNonNull(context, "added to a pipeline");
    }

    /** The client has the answer, or the connection is broken. */
    private void responded(boolean success, boolean keepAlive) {
        assert channel.eventLoop().inEventLoop() : channel;
        atWork = 0;
        if (!success || state != State.WRITING) {
            channel.close();
        } else if (keepAlive) {
            answered++;
            state = State.IDLE;
            if (!looping) {
                readOn();
            }
        } else {
            linger();
        }
    }

    private void linger() {
        state = State.LINGERING;
        letGo();
        if (channel instanceof DuplexChannel socket) {
            socket.shutdownOutput();
            deadline.in(RequestDeadline.LINGER_NANOS);
            pause(false);
        } else {
            channel.close();
        }
    }

    // --- handing over ---

    private void upgrade(RequestHead head, Request request) {
        if (!channel.isActive()) {
            return; // closed while requests before this one were answered: nobody is there to be let in
        }
        Upgrade.Outcome outcome = shared.upgrade().decide(request, channel);
        ChannelHandler session = outcome.session();
        shared.router().answeredElsewhere(request, outcome.response().status());
        if (session == null) {
            last = true;
            respond(head, outcome.response());
            return;
        }
        state = State.OVER;
        ByteBuf behind = unread;
        unread = null;
        pause(false);
        channel.write(writer.bytes(channel.alloc(), outcome.response(), /* toHead= */ false, null));
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(session); // which speaks at once
        pipeline.remove(this);
        if (behind != null) {
            pipeline.fireChannelRead(behind);
            pipeline.fireChannelReadComplete();
        }
    }

    // --- ending ---

    private void expired() {
        if (state == State.READING) {
            RequestHead head = reader.head();
            last = true;
            refused(Refusal.REQUEST_TIMEOUT, head == null ? null : head.fields());
            shared.router().answeredElsewhere(null, 408);
            respond(null, Response.text(408, "Request Timeout"));
        } else {
            channel.close();
        }
    }

    private void evicted() {
        refused(Refusal.MEMORY, null);
        channel.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (EndOfInput.ends(channel, event)) {
            inputEnded = true;
            return;
        }
        if (event instanceof ServerStopping stop) {
            stopping = true;
            if (state == State.IDLE) {
                channel.close();
            } else if (state == State.READING) {
                deadline.in(stop.patience().dividedBy(2).toNanos());
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        faulty(cause);
    }

    private void faulty(Throwable cause) {
        OutOfMemory.haltIfIn(cause);
        if (!(cause instanceof IOException)) { // a connection that broke is no fault of ours
            shared.events().publish(new SystemEvent.Fault("HTTP connection", cause));
        }
        channel.close();
    }

    private void letGo() {
        if (unread != null) {
            unread.release();
            unread = null;
        }
        reader.next();
        atWork = 0;
        memory.hold(0);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        state = State.OVER;
        deadline.cancel();
        letGo();
    }

    /** Upgraded, or closed. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        channelInactive(context);
        place.leave();
    }
}

package xyz.dropsilk.server.ws;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.base.OutOfMemory;
import xyz.dropsilk.server.event.Refusal;
import xyz.dropsilk.server.event.Refused;
import xyz.dropsilk.server.event.SystemEvent;
import xyz.dropsilk.server.flight.ClientEvent;
import xyz.dropsilk.server.http.EndOfInput;
import xyz.dropsilk.server.http.ServerStopping;
import xyz.dropsilk.server.protocol.Problem;
import xyz.dropsilk.server.protocol.ServerMessage;
import xyz.dropsilk.server.rules.RoomSockets;

/**
 * One socket after the handshake, the only handler of its pipeline: frames in, what its client says passed on, and how it ends. Confined to
 * the socket's event loop but for {@link #held}, {@link #evict}, {@link #replaced} and {@link #dismissed}.
 *
 * <p><b>Ending.</b> {@link #close} takes the client out of the registry at once, so that its peer knows, and sends a close frame behind what
 * is queued. Then the output is shut down and the rest of the input thrown away until the client closes too; a client that does not is cut
 * off after {@link #CLOSE_SECONDS}.
 */
final class WebSocketSession extends ChannelInboundHandlerAdapter
        implements FrameReader.Listener, Outbox.Owner, Client.Socket, Liveness.Watched {
    /** How long a close may take until the socket is cut. A client that reads nothing never sees the close frame. */
    private static final long CLOSE_SECONDS = 5;

    /** What stands for the code of a close frame without one, and for that of a connection that ended without one (RFC 6455, 7.1.5). */
    private static final int NO_CODE_CAME = 1005;

    private static final int NO_CLOSE_CAME = 1006;

    private static final byte[] NO_PAYLOAD = {};

    private final Channel channel;
    private final SessionContext shared;
    private final FrameReader reader;
    private final Outbox outbox;
    private final Client client;
    private final ClientMessages messages;
    private final MessageLimit limit;
    private final long since;
    private final Liveness liveness;
    private @Nullable Future<?> cut;

    /** When what is read now arrived: ticker nanoseconds. */
    private long now;

    /** How the connection ends; null while it does not. */
    private @Nullable Ending ending;

    /** Whether it is counted as closed. */
    private boolean departed;

    /** Whether it has left the registry, and the log was not told yet. */
    private boolean isUntold;

    /** Whether it has a place in the connection limit. */
    private boolean hasPlace = true;

    /** Bytes that the reader holds, as the budget knows them. */
    private volatile int heldByReader;

    /** Why a connection ends, the code it is begun to be closed with, and who began that. */
    private record Ending(CloseCause cause, int code, String by) {
        static final Ending LOST = new Ending(CloseCause.LOST, NO_CLOSE_CAME, "network");
        static final Ending DEAD = new Ending(CloseCause.DEAD, NO_CLOSE_CAME, "network");

        static Ending byServer(CloseCode code) {
            return new Ending(code.cause, code.number, "server");
        }

        static Ending byClient(int code) {
            return new Ending(CloseCause.CLIENT, code == Frames.NO_CODE ? NO_CODE_CAME : code, "client");
        }
    }

    /** A session on {@code channel}, made on its loop, whose place in the connection limit is taken already. */
    WebSocketSession(
            Channel channel, SessionContext shared, InetAddress address, NetworkKey network, boolean discoverable) {
        assert channel.eventLoop().inEventLoop() : channel;
        this.channel = channel;
        this.shared = shared;
        Scratch scratch = Scratch.ofThisLoop();
        this.reader = new FrameReader(channel.alloc(), scratch, shared.maxPayloadBytes(), this);
        this.outbox = new Outbox(channel, shared.memory(), this);
        this.client = new Client(shared.registry().home(), address, network, outbox, discoverable, this);
        this.messages = new ClientMessages(shared, client, scratch);
        this.since = shared.ticker().getAsLong();
        this.now = since;
        this.limit = new MessageLimit(shared.messageRate(), now);
        this.liveness = new Liveness(channel.eventLoop(), shared.ticker(), this);
    }

    // --- the socket's life ---

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        shared.registry().connect(client);
        // Not by channelInactive, which the handler before this one may be the last to hear, and which is over where
        // the
        // socket is closed already: a client whose end is not heard would be listed for ever.
        channel.closeFuture().addListener(closed -> socketClosed());
        shared.arrived().run();
        liveness.start(shared.pingInterval());
    }

    /** Called once, on the socket's loop. */
    private void socketClosed() {
        assert channel.eventLoop().inEventLoop() : channel;
        endsBy(Ending.LOST);
        liveness.stop();
        if (cut != null) {
            cut.cancel(false);
        }
        disconnect(RoomSockets.End.LOST);
        leavePlace();
        outbox.close();
        reader.release();
        accountReader();
    }

    /** Who comes next finds its seat, its place in lists and that in the limits free; all else waits for the close. */
    private void inputEnded() {
        endsBy(Ending.LOST);
        leave(RoomSockets.End.LOST);
        leavePlace();
    }

    private void leavePlace() {
        if (hasPlace) {
            hasPlace = false;
            shared.connections().leave(client.network());
        }
    }

    private void endsBy(Ending why) {
        if (ending == null) {
            ending = why;
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (EndOfInput.ends(channel, event)) {
            inputEnded();
            return;
        }
        if (event instanceof ServerStopping && ending == null) {
            client.send(ServerMessage.SERVER_SHUTDOWN);
            // And stays registered until it is gone: nobody needs a new list now.
            endsBy(Ending.byServer(CloseCode.SERVER_SHUTDOWN));
            sendClose(CloseCode.SERVER_SHUTDOWN.number, CloseCode.SERVER_SHUTDOWN.reason);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        OutOfMemory.haltIfIn(cause);
        if (!(cause instanceof IOException)) { // a connection that broke is no fault of ours
            shared.events().publish(new SystemEvent.Fault("session of " + client.id(), cause));
            close(CloseCode.SERVER_ERROR, RoomSockets.End.LOST);
        }
    }

    @Override
    public void failed(Throwable fault) {
        channel.pipeline().fireExceptionCaught(fault);
    }

    @Override
    public boolean ping() {
        if (ending != null) {
            return false;
        }
        outbox.control(Frames.PING, NO_PAYLOAD, 0, 0);
        outbox.flush();
        return true;
    }

    @Override
    public void dead() {
        refused(Refusal.DEAD);
        endsBy(Ending.DEAD);
        channel.close();
    }

    @Override
    public void stalled() {
        violated(CloseCode.TOO_SLOW);
    }

    // --- reading ---

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        assert channel.eventLoop().inEventLoop() : channel;
        liveness.heard();
        now = shared.ticker().getAsLong();
        reader.read((ByteBuf) message);
        liveness.read(reader.isUnfinished(), reader.completed(), now);
        accountReader();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        messages.flush();
        outbox.flush();
    }

    private void accountReader() {
        int held = reader.held();
        int change = held - heldByReader;
        if (change != 0) {
            heldByReader = held;
            shared.memory().changed(this, change);
        }
    }

    @Override
    public void text(byte[] bytes, int from, int to) {
        messages.handle(bytes, from, to, now);
    }

    @Override
    public void binary() {
        messages.reject(Problem.INVALID_MESSAGE, null);
    }

    @Override
    public void ping(byte[] bytes, int from, int to) {
        outbox.control(Frames.PONG, bytes, from, to - from);
    }

    @Override
    public void pong() {
        long nanos = liveness.answered(now);
        if (nanos >= 0) {
            shared.meters().answered(nanos);
        }
    }

    @Override
    public void closeReceived(int code) {
        if (ending != null) {
            channel.close(); // the answer to ours
        } else {
            endsBy(Ending.byClient(code));
            disconnect(RoomSockets.End.CLOSED);
            sendClose(code, ""); // with its own code (RFC 6455, 5.5.1)
        }
    }

    @Override
    public void replaced() {
        channel.eventLoop().execute(() -> close(CloseCode.REPLACED, RoomSockets.End.LOST));
    }

    /** Here the client's own messages are handled too, so what it is in does not change between the question and the close. */
    @Override
    public void dismissed() {
        channel.eventLoop().execute(() -> {
            if (!shared.registry().isSomewhere(client)) {
                close(CloseCode.SERVICE_RESTART, RoomSockets.End.LOST);
            }
        });
    }

    @Override
    public void violated(CloseCode code) {
        if (ending == null) {
            if (code.refusal != null) {
                refused(code.refusal);
            }
            close(code, RoomSockets.End.LOST);
        }
    }

    @Override
    public boolean admits() {
        if (ending != null) {
            return false;
        }
        switch (limit.count(now)) {
            case HANDLE -> {
                return true;
            }
            case IGNORE_AND_TELL -> {
                refused(Refusal.MESSAGE_RATE);
                client.send(Problem.TOO_MANY_MESSAGES.message());
            }
            case CLOSE -> violated(CloseCode.POLICY);
            case IGNORE -> {
                // told already
            }
        }
        return false;
    }

    private void refused(Refusal refusal) {
        shared.events().publish(new Refused(refusal, client.address(), client.id()));
    }

    // --- ending ---

    private void close(CloseCode code, RoomSockets.End how) {
        if (ending == null) {
            endsBy(Ending.byServer(code));
            disconnect(how);
            sendClose(code.number, code.reason);
        }
    }

    private void disconnect(RoomSockets.End how) {
        leave(how);
        if (isUntold) {
            isUntold = false;
            Ending why = Objects.requireNonNull(ending);
            Duration time = Duration.ofNanos(shared.ticker().getAsLong() - since);
            shared.events()
                    .publish(new ClientEvent.Disconnected(client.id(), client.address(), why.code(), why.by(), time));
        }
    }

    private void leave(RoomSockets.End how) {
        if (!departed) {
            departed = true;
            shared.meters().closed(Objects.requireNonNull(ending).cause());
        }
        isUntold |= shared.registry().disconnect(client, how);
    }

    private void sendClose(int code, String reason) {
        outbox.end(code, reason);
        outbox.flush();
        cut = channel.eventLoop().schedule(() -> channel.close(), CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void drained() {
        if (channel instanceof DuplexChannel socket) {
            socket.shutdownOutput();
        } else {
            channel.close();
        }
    }

    @Override
    public void relayed(long readAt) {
        shared.meters().relayed(shared.ticker().getAsLong() - readAt);
    }

    @Override
    public void overflowed() {
        violated(CloseCode.SLOW_READER);
    }

    @Override
    public void evict() {
        channel.eventLoop().execute(() -> {
            violated(CloseCode.OUT_OF_MEMORY);
            reader.release();
            accountReader();
            if (outbox.held() > 0) {
                channel.close(); // it does not read: the close frame would wait behind what it holds
            }
        });
    }

    @Override
    public int held() {
        return heldByReader + outbox.held();
    }
}

package xyz.dropsilk.server.ws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.protocol.MessageReader;
import xyz.dropsilk.server.protocol.ProtocolException;
import xyz.dropsilk.server.protocol.Signals;
import xyz.dropsilk.server.protocol.Utf8;

/**
 * One signal from the sender's socket to the receiver's, without the sockets: frame, UTF-8 and JSON checked, framed anew. Our frame reader and
 * outbox, Netty's own WebSocket handlers, and between them the hybrid: frames cut and unmasked by Netty's decoder, checked and sent on by ours. All
 * have the same JSON reader. The hybrid is flattered: it knows neither messages in several frames nor a budget for unfinished ones.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RelayBenchmark {
    private static final int MAX_PAYLOAD = 1 << 20;
    private static final int MASK = 0x9EC3175A;

    @Param({"256", "1200", "4096"})
    public int size;

    private byte[] frame = {};
    private final EmbeddedChannel ourReceiver = new EmbeddedChannel();
    private final EmbeddedChannel ourSender = new EmbeddedChannel(new OurRelay(ourReceiver));
    private final EmbeddedChannel hybridReceiver = new EmbeddedChannel();
    private final EmbeddedChannel hybridSender = new EmbeddedChannel(
            new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                    .expectMaskedFrames(true)
                    .maxFramePayloadLength(MAX_PAYLOAD)
                    .withUTF8Validator(false)
                    .build()),
            new HybridRelay(hybridReceiver));
    private final EmbeddedChannel nettyReceiver = new EmbeddedChannel(new WebSocket13FrameEncoder(false));
    private final EmbeddedChannel nettySender = new EmbeddedChannel(
            new WebSocket13FrameDecoder(true, false, MAX_PAYLOAD),
            new Utf8FrameValidator(),
            new WebSocketFrameAggregator(MAX_PAYLOAD),
            new NettyRelay(nettyReceiver));

    @Setup
    public void prepare() {
        byte[] message = Signals.ofLength(size).getBytes(UTF_8);
        ByteBuf masked = ByteBufAllocator.DEFAULT.buffer();
        Frames.writeHeader(masked, Frames.TEXT, message.length);
        masked.setByte(1, masked.getByte(1) | Frames.MASKED);
        masked.writeIntLE(MASK);
        Frames.unmask(message, 0, message.length, MASK);
        masked.writeBytes(message);
        frame = new byte[masked.readableBytes()];
        masked.readBytes(frame).release();
        if (ours() != netty() || ours() != hybrid()) {
            throw new IllegalStateException("all send the same");
        }
    }

    @TearDown
    public void close() {
        ourSender.close();
        ourReceiver.close();
        hybridSender.close();
        hybridReceiver.close();
        nettySender.close();
        nettyReceiver.close();
    }

    @Benchmark
    public int ours() {
        return through(ourSender, ourReceiver);
    }

    @Benchmark
    public int hybrid() {
        return through(hybridSender, hybridReceiver);
    }

    @Benchmark
    public int netty() {
        return through(nettySender, nettyReceiver);
    }

    private int through(EmbeddedChannel sender, EmbeddedChannel receiver) {
        sender.writeInbound(sender.alloc().ioBuffer(frame.length).writeBytes(frame));
        int bytes = 0;
        for (ByteBuf out = receiver.readOutbound(); out != null; out = receiver.readOutbound()) {
            bytes += out.readableBytes();
            out.release();
        }
        return bytes;
    }

    /** What a session does with a signal that is read from the wire. */
    private abstract static class Relay extends ChannelInboundHandlerAdapter implements SignalsOnly, Outbox.Owner {
        private static final long PAIRING = 1;
        final Scratch scratch = Scratch.ofThisLoop();
        private final Outbox peer;

        Relay(EmbeddedChannel receiver) {
            peer = new Outbox(receiver, new MemoryBudget(Long.MAX_VALUE, Runnable::run), this);
            peer.admit(PAIRING);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            peer.flush();
        }

        @Override
        public void text(byte[] bytes, int from, int to) {
            try {
                scratch.reader().read(bytes, from, to, this);
            } catch (ProtocolException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void signal(byte[] bytes, int from, int to) {
            peer.relay(PAIRING, bytes, from, to - from);
        }

        @Override
        public void overflowed() {
            throw new IllegalStateException("nothing piles up here");
        }

        @Override
        public void drained() {}

        @Override
        public int held() {
            return 0;
        }

        @Override
        public void evict() {}
    }

    /** The same on the frames of our reader. */
    private static final class OurRelay extends Relay {
        private final FrameReader reader = new FrameReader(ByteBufAllocator.DEFAULT, scratch, MAX_PAYLOAD, this);

        OurRelay(EmbeddedChannel receiver) {
            super(receiver);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            reader.read((ByteBuf) message);
        }
    }

    /** The same on the frames of Netty's decoder, their text checked here. */
    private static final class HybridRelay extends Relay {
        HybridRelay(EmbeddedChannel receiver) {
            super(receiver);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            TextWebSocketFrame frame = (TextWebSocketFrame) message;
            int length = frame.content().readableBytes();
            byte[] bytes = scratch.forMessage(length);
            frame.content().readBytes(bytes, Scratch.HEADROOM, length);
            frame.release();
            if (!Utf8.isValid(bytes, Scratch.HEADROOM, Scratch.HEADROOM + length)) {
                throw new IllegalStateException("all signals here are UTF-8");
            }
            text(bytes, Scratch.HEADROOM, Scratch.HEADROOM + length);
        }
    }

    /** The same on Netty's handlers alone. */
    private static final class NettyRelay extends SimpleChannelInboundHandler<TextWebSocketFrame>
            implements SignalsOnly {
        private final MessageReader reader = new MessageReader();
        private final byte[] room = new byte[Scratch.HEADROOM + MAX_PAYLOAD + MessageReader.TAILROOM];
        private final EmbeddedChannel receiver;

        NettyRelay(EmbeddedChannel receiver) {
            this.receiver = receiver;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) throws ProtocolException {
            int length = frame.content().readableBytes();
            frame.content().readBytes(room, Scratch.HEADROOM, length);
            reader.read(room, Scratch.HEADROOM, Scratch.HEADROOM + length, this);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            receiver.flush();
        }

        @Override
        public void signal(byte[] bytes, int from, int to) {
            ByteBuf content = receiver.alloc().ioBuffer(to - from).writeBytes(bytes, from, to - from);
            receiver.write(new TextWebSocketFrame(content));
        }
    }
}

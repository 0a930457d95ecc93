package xyz.dropsilk.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.address.Cidr;
import xyz.dropsilk.server.address.ClientAddress;
import xyz.dropsilk.server.limit.MemoryBudget;
import xyz.dropsilk.server.testing.CollectedEvents;

/**
 * A connection with the whole pipeline and a few routes: {@code /} says "home", {@code /echo} says what it was sent, {@code /slow} answers when
 * the test does, {@code /odd} has a header that HTTP does not allow. What asks for a WebSocket at {@code /ws} gets a session that keeps what it reads.
 */
final class TestConnection {
    /** What requests may take of memory: room for one with the largest body. */
    static final int MEMORY = 1_200_000;

    final CollectedEvents events = new CollectedEvents();
    final List<CompletableFuture<Response>> slow = new ArrayList<>();
    final List<Request> requests = new ArrayList<>();
    final StringBuilder session = new StringBuilder();
    final EmbeddedChannel channel;
    final MemoryBudget memory;
    final HttpPipeline pipeline;

    /** A connection; {@code first} stand before the pipeline. */
    TestConnection(ChannelHandler... first) {
        channel = new EmbeddedChannel(first);
        channel.freezeTime();
        memory = new MemoryBudget(MEMORY, channel.eventLoop());
        Router router = new Router(events)
                .get("/", this::home)
                .add(
                        "/echo",
                        Guard.NONE,
                        request -> answer(request, Response.of(200, "x/y", body(request))),
                        HttpMethod.POST)
                .add("/empty", Guard.NONE, request -> answer(request, Response.empty(204)), HttpMethod.OPTIONS)
                .get("/slow", request -> {
                    requests.add(request);
                    slow.add(new CompletableFuture<>());
                    return slow.get(slow.size() - 1);
                })
                .get("/odd", request -> answer(request, Response.empty(200).with("X-Odd", "a\r\nb: c")));
        ClientAddress address = new ClientAddress(List.of(Cidr.parse("127.0.0.0/8")), null);
        pipeline = new HttpPipeline(
                new HttpContext(address, router, new TestUpgrade(), memory, InstantSource.fixed(Instant.EPOCH), events),
                /* maxWebSockets= */ 2_000);
        channel.pipeline().addLast(pipeline);
    }

    private CompletableFuture<Response> home(Request request) {
        return answer(request, Response.text(200, "home"));
    }

    private CompletableFuture<Response> answer(Request request, Response response) {
        requests.add(request);
        return CompletableFuture.completedFuture(response);
    }

    private static byte[] body(Request request) {
        byte[] body = request.body();
        return body == null ? new byte[0] : body;
    }

    private final class TestUpgrade implements Upgrade {
        @Override
        public boolean isAskedFor(Request request) {
            return request.fields().has(HttpHeaderNames.UPGRADE);
        }

        @Override
        public Outcome decide(Request request, Channel connection) {
            return request.path().equals("/ws")
                    ? new Outcome(
                            new Response(101, ResponseFields.of("Upgrade", "websocket"), new byte[0]),
                            new TestSession())
                    : new Outcome(Response.text(404, "Not Found"), null);
        }
    }

    /** Speaks first, as a real one does. */
    private final class TestSession extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.channel().writeAndFlush(context.alloc().buffer().writeBytes("[registered]".getBytes(UTF_8)));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            session.append(bytes.toString(ISO_8859_1));
            bytes.release();
        }
    }

    /** Sends {@code text} in one packet. */
    void send(String text) {
        ByteBuf bytes = ByteBufAllocator.DEFAULT.buffer();
        channel.writeInbound(bytes.writeBytes(text.getBytes(ISO_8859_1)));
        channel.runPendingTasks();
    }

    /** Sends {@code text} a byte a packet. */
    void trickle(String text) {
        text.chars().forEach(c -> send(String.valueOf((char) c)));
    }

    /** All that the server sent since the last call. */
    String received() {
        StringBuilder text = new StringBuilder();
        for (@Nullable ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(ISO_8859_1));
            bytes.release();
        }
        return text.toString();
    }

    /** The status codes of the answers in {@code received}, in order. */
    static List<Integer> statuses(String received) {
        return Pattern.compile("HTTP/1\\.1 (\\d{3}) ")
                .matcher(received)
                .results()
                .map(result -> Integer.valueOf(result.group(1)))
                .toList();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    void release() {
        channel.finishAndReleaseAll();
    }
}

package xyz.dropsilk.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.dropsilk.server.http.EndOfInput;

/** What every connection has in common. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketServerTest {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isOpenAtItsEnd;

    @ChannelHandler.Sharable
    private final class Ends extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (EndOfInput.ends(context.channel(), event)) {
                isOpenAtItsEnd = context.channel().isOpen();
                ended.countDown();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            closed.countDown();
        }
    }

    /** Netty would close it while it looks at its sockets, all that end at that moment in one go. */
    @Test
    void aConnectionThatEndsIsToldOfAndClosedBehindThat() throws IOException, InterruptedException {
        SocketServer server = new SocketServer(1);
        try {
            int port = server.listen("127.0.0.1", 0, new Ends());
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.shutdownOutput();
            assertTrue(ended.await(30, TimeUnit.SECONDS));
            assertTrue(isOpenAtItsEnd);
            assertTrue(closed.await(30, TimeUnit.SECONDS));
            assertEquals(-1, socket.getInputStream().read());
            socket.close();
        } finally {
            server.stop(Duration.ofSeconds(5));
        }
    }
}

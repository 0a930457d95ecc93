package xyz.dropsilk.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ServerSocketFactory;
import xyz.dropsilk.server.base.Threads;

/** A TCP link to a server that can be cut, made to swallow everything, and mended. */
public final class CuttableLink implements AutoCloseable {
    private enum State {
        WHOLE,
        CUT,
        DEAF
    }

    private final String host;
    private final int port;
    private final ServerSocket listening;
    private final ExecutorService executor = Executors.newCachedThreadPool(Threads.named("link"));
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile State state = State.WHOLE;

    CuttableLink(String host, int port) {
        this(host, port, ServerSocketFactory.getDefault());
    }

    /** One whose near end {@code sockets} makes: with TLS, for example. */
    CuttableLink(String host, int port, ServerSocketFactory sockets) {
        this.host = host;
        this.port = port;
        try {
            this.listening = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        executor.execute(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Ends all connections and takes no more. */
    public void cut() {
        state = State.CUT;
        open.forEach(CuttableLink::close);
    }

    /** Passes nothing on any more, in connections old and new, which stay open. */
    public void deafen() {
        state = State.DEAF;
    }

    /** Takes connections again. */
    public void mend() {
        open.forEach(CuttableLink::close);
        state = State.WHOLE;
    }

    @Override
    public void close() {
        cut();
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        executor.shutdownNow();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket here = listening.accept();
                open.add(here);
                if (state == State.CUT) {
                    close(here);
                } else if (state == State.WHOLE) {
                    Socket there = new Socket(host, port);
                    open.add(there);
                    executor.execute(() -> copy(here, there));
                    executor.execute(() -> copy(there, here));
                }
            } catch (IOException e) {
                // the link was closed, or the server is away
            }
        }
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (state == State.WHOLE) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException e) {
            // ended by the other side or by the test
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package xyz.dropsilk.server;

import io.netty.channel.EventLoop;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import xyz.dropsilk.server.address.*;
import xyz.dropsilk.server.base.*;
import xyz.dropsilk.server.event.*;
import xyz.dropsilk.server.flight.*;
import xyz.dropsilk.server.http.*;
import xyz.dropsilk.server.limit.*;
import xyz.dropsilk.server.net.*;
import xyz.dropsilk.server.ws.*;

public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        LongSupplier ticker = System::nanoTime;
        LogRing ring = new LogRing(1000);
        StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out), n -> {});
        out.start();
        Refusals events = new Refusals(EventLog.into(ring, out, Level.INFO, InstantSource.system()), ticker);
        SignalingServer server = new SignalingServer();
        EventLoop loop = server.loop();
        FlightRegistry registry = new FlightRegistry(
                Integer.getInteger("listed", Integer.MAX_VALUE), events, InstantSource.system(), loop, ticker);
        Signaling signaling = new Signaling(
                registry,
                events,
                new ConnectionLimit(Integer.MAX_VALUE, Integer.MAX_VALUE),
                new JoinLimit(60, ticker, events),
                new MemoryBudget(48 << 20, loop),
                1 << 20,
                Duration.ofSeconds(30),
                null,
                ticker);
        OriginPolicy origins = new OriginPolicy();
        Router router = new Router(origins, events)
                .get(
                        "/",
                        new FixedEndpoint(Response.text(200, "Server is alive and waiting for WebSocket connections.")))
                .get(
                        "/stats",
                        new StatsEndpoint(
                                registry::stats,
                                events::totals,
                                new MemoryUse(server::bufferBytes),
                                new Uptime(ticker),
                                InstantSource.system()));
        ClientAddress address = new ClientAddress(List.of(Cidr.parse("127.0.0.0/8")), null);
        int port = server.listen(
                new InetSocketAddress(Integer.parseInt(args[0])),
                new HttpPipeline(new HttpSettings(address, router, new UpgradeGate(origins, signaling), events)));
        System.err.println("port " + port);
        Thread.currentThread().join();
    }
}

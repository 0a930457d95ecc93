package xyz.dropsilk.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;

/** {@code GET /stats}: what monitors poll. Waits for nothing but the locks of those who count, for a moment each. */
public final class StatsEndpoint implements Endpoint {
    private static final JsonFactory JSON = new JsonFactory();

    private final Meters meters;
    private final MemoryUse memory;
    private final Uptime uptime;
    private final InstantSource clock;

    /** Figures that {@code meters} has, and what the process uses. */
    public StatsEndpoint(Meters meters, MemoryUse memory, Uptime uptime, InstantSource clock) {
        this.meters = meters;
        this.memory = memory;
        this.uptime = uptime;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        try {
            return CompletableFuture.completedFuture(Response.json(200, stats()).with("Cache-Control", "no-store"));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private byte[] stats() throws IOException {
        long roomsCreated = meters.value(Names.ROOMS_CREATED);
        long roomsJoined = meters.value(Names.ROOMS_JOINED);
        ByteArrayOutputStream body = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeNumberField("activeConnections", meters.value(Names.CONNECTIONS));
            json.writeNumberField("activeFlights", meters.value(Names.FLIGHTS));
            json.writeNumberField("uptime", uptime.seconds());
            json.writeObjectFieldStart("memory");
            for (Map.Entry<String, Object> use : memory.now().entrySet()) {
                json.writeNumberField(use.getKey(), ((Number) use.getValue()).longValue());
            }
            json.writeEndObject();
            json.writeStringField("timestamp", clock.instant().toString());
            json.writeNumberField("totalConnections", meters.value(Names.CONNECTIONS_OPENED));
            json.writeNumberField("totalDisconnections", meters.value(Names.CONNECTIONS_CLOSED));
            json.writeNumberField("totalFlightsCreated", meters.value(Names.FLIGHTS_CREATED) + roomsCreated);
            json.writeNumberField("totalFlightsJoined", meters.value(Names.FLIGHTS_JOINED) + roomsJoined);
            json.writeNumberField("activeRooms", meters.value(Names.ROOMS));
            json.writeNumberField("totalRoomsCreated", roomsCreated);
            json.writeNumberField("totalRoomsJoined", roomsJoined);
            json.writeNumberField("signalsRelayed", meters.value(Names.SIGNALS));
            json.writeObjectFieldStart("refused");
            for (Map.Entry<String, Long> count : meters.values(Names.REFUSED).entrySet()) {
                json.writeNumberField(count.getKey(), count.getValue());
            }
            json.writeEndObject();
            if (meters.has(Names.BUS_UNDELIVERED)) {
                json.writeObjectFieldStart("bus");
                json.writeNumberField("undelivered", meters.value(Names.BUS_UNDELIVERED));
                json.writeNumberField("garbage", meters.value(Names.BUS_GARBAGE));
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return body.toByteArray();
    }
}

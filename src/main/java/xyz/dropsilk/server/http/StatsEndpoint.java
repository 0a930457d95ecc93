package xyz.dropsilk.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.flight.FlightRegistry;

/** {@code GET /stats}: what monitors poll. Waits for nothing. */
public final class StatsEndpoint implements Endpoint {
    private static final JsonFactory JSON = new JsonFactory();

    private final Supplier<FlightRegistry.Stats> flights;
    private final Supplier<Map<String, Long>> refused;
    private final MemoryUse memory;
    private final Uptime uptime;
    private final InstantSource clock;

    /** Figures from where they are kept. */
    public StatsEndpoint(
            Supplier<FlightRegistry.Stats> flights,
            Supplier<Map<String, Long>> refused,
            MemoryUse memory,
            Uptime uptime,
            InstantSource clock) {
        this.flights = flights;
        this.refused = refused;
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
        FlightRegistry.Stats now = flights.get();
        ByteArrayOutputStream body = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeNumberField("activeConnections", now.connections());
            json.writeNumberField("activeFlights", now.flights());
            json.writeNumberField("uptime", uptime.seconds());
            json.writeObjectFieldStart("memory");
            for (Map.Entry<String, Object> use : memory.now().entrySet()) {
                json.writeNumberField(use.getKey(), ((Number) use.getValue()).longValue());
            }
            json.writeEndObject();
            json.writeStringField("timestamp", clock.instant().toString());
            json.writeNumberField("totalConnections", now.totalConnections());
            json.writeNumberField("totalDisconnections", now.totalDisconnections());
            json.writeNumberField("totalFlightsCreated", now.totalFlightsCreated() + now.totalRoomsCreated());
            json.writeNumberField("totalFlightsJoined", now.totalFlightsJoined() + now.totalRoomsJoined());
            json.writeNumberField("activeRooms", now.rooms());
            json.writeNumberField("totalRoomsCreated", now.totalRoomsCreated());
            json.writeNumberField("totalRoomsJoined", now.totalRoomsJoined());
            json.writeNumberField("signalsRelayed", now.signalsRelayed());
            json.writeObjectFieldStart("refused");
            for (Map.Entry<String, Long> count : refused.get().entrySet()) {
                json.writeNumberField(count.getKey(), count.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return body.toByteArray();
    }
}

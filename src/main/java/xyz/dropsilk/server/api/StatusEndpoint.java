package xyz.dropsilk.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import xyz.dropsilk.server.base.MemoryUse;
import xyz.dropsilk.server.base.Uptime;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Names;

/** {@code GET /api/status}: what the web app's status page and monitors read (rooms contract, 4). Waits for nothing but the locks of those who count, for a moment each. */
public final class StatusEndpoint implements Endpoint {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long BYTES_PER_MIB = 1 << 20;

    private final Meters meters;
    private final Parts parts;
    private final MemoryUse memory;
    private final Uptime uptime;
    private final InstantSource clock;

    /**
     * The parts that it tells of.
     *
     * @param version the server's
     * @param isFull whether no more WebSockets are let in
     * @param hasTurn whether TURN is configured
     */
    public record Parts(String version, BooleanSupplier isFull, boolean hasTurn) {}

    /** Figures that {@code meters} has, and what the process uses. */
    public StatusEndpoint(Meters meters, Parts parts, MemoryUse memory, Uptime uptime, InstantSource clock) {
        this.meters = meters;
        this.parts = parts;
        this.memory = memory;
        this.uptime = uptime;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Response> answer(Request request) {
        try {
            return CompletableFuture.completedFuture(
                    Response.json(200, status()).with("Cache-Control", "no-store"));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private byte[] status() throws IOException {
        double seconds = uptime.seconds();
        ByteArrayOutputStream body = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(body)) {
            json.writeStartObject();
            json.writeStringField("status", "operational");
            json.writeStringField(
                    "timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeNumberField("uptime", seconds);
            json.writeStringField("uptimeFormatted", formatted(Duration.ofSeconds((long) seconds)));
            json.writeStringField("version", parts.version);
            services(json);
            json.writeObjectFieldStart("stats");
            json.writeNumberField("totalConnections", meters.value(Names.CONNECTIONS_OPENED));
            json.writeNumberField("totalDisconnections", meters.value(Names.CONNECTIONS_CLOSED));
            json.writeNumberField(
                    "totalFlightsCreated", meters.value(Names.FLIGHTS_CREATED) + meters.value(Names.ROOMS_CREATED));
            json.writeNumberField(
                    "totalFlightsJoined", meters.value(Names.FLIGHTS_JOINED) + meters.value(Names.ROOMS_JOINED));
            json.writeEndObject();
            memory(json);
            json.writeEndObject();
        }
        return body.toByteArray();
    }

    private void services(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("services");
        json.writeObjectFieldStart("websocket");
        json.writeStringField("status", parts.isFull.getAsBoolean() ? "degraded" : "operational");
        json.writeNumberField("activeConnections", meters.value(Names.CONNECTIONS));
        json.writeEndObject();
        json.writeObjectFieldStart("signaling");
        json.writeStringField("status", "operational");
        json.writeNumberField("activeFlights", meters.value(Names.FLIGHTS));
        json.writeEndObject();
        json.writeObjectFieldStart("turn");
        json.writeStringField("status", parts.hasTurn ? "operational" : "not_configured");
        json.writeEndObject();
        json.writeEndObject();
    }

    private void memory(JsonGenerator json) throws IOException {
        Map<String, Object> use = memory.now();
        json.writeObjectFieldStart("memory");
        json.writeNumberField("heapUsedMB", mib(use, "heapUsed"));
        json.writeNumberField("heapTotalMB", mib(use, "heapTotal"));
        json.writeNumberField("rssMB", mib(use, "rss"));
        json.writeEndObject();
    }

    private static long mib(Map<String, Object> use, String part) {
        return use.get(part) instanceof Number bytes ? bytes.longValue() / BYTES_PER_MIB : 0;
    }

    /** Days, hours and minutes where there are any, and always seconds: {@code 1d 2h 3m 4s}. */
    static String formatted(Duration uptime) {
        StringBuilder text = new StringBuilder();
        append(text, uptime.toDays(), 'd');
        append(text, uptime.toHoursPart(), 'h');
        append(text, uptime.toMinutesPart(), 'm');
        return text.append(uptime.toSecondsPart()).append('s').toString();
    }

    private static void append(StringBuilder text, long count, char unit) {
        if (count > 0) {
            text.append(count).append(unit).append(' ');
        }
    }
}

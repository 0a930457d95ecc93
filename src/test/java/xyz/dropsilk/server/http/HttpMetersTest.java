package xyz.dropsilk.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.meter.Meters;

class HttpMetersTest {
    private final HttpMeters http = new HttpMeters();
    private final Meters meters = new Meters();

    @Test
    void methodsThatNobodyKnowsAreOne() {
        http.addTo(meters);
        for (int i = 0; i < 100; i++) {
            http.answered("/stats", HttpMethod.valueOf("M" + i), 405, 1);
        }
        http.answered("/stats", HttpMethod.GET, 200, 1);
        long series = meters.all().stream()
                .filter(meter -> meter.name().equals("dropsilk_http_requests_total"))
                .mapToLong(meter -> meter.samples().get().size())
                .sum();
        assertEquals(2, series);
        assertEquals(Map.of("/stats", 101L), meters.values("dropsilk_http_requests_total"));
    }

    @Test
    void whatNobodyTimedHasNoTime() {
        http.addTo(meters);
        http.answered("other", HttpMethod.GET, 400, -1);
        http.answered("/", HttpMethod.GET, 200, 5);
        assertEquals(1, meters.value("dropsilk_http_request_seconds"));
        assertEquals(2, meters.value("dropsilk_http_requests_total"));
    }
}

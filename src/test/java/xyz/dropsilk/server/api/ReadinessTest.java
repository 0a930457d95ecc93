package xyz.dropsilk.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.http.Response;
import xyz.dropsilk.server.testing.Requests;

class ReadinessTest {
    private Dependency.State database = Dependency.State.UP;
    private final Readiness readiness = new Readiness(parts());

    private Map<String, Dependency> parts() {
        Map<String, Dependency> parts = new LinkedHashMap<>();
        parts.put("database", () -> database);
        parts.put("bus", Dependency.NONE);
        return parts;
    }

    @Test
    void itIsReadyFromTheEndOfItsStartToTheBeginningOfItsStop() {
        assertAnswer(503, "{\"status\":\"starting\",\"database\":\"up\",\"bus\":\"off\"}");
        readiness.become(Readiness.Status.SERVING);
        assertAnswer(200, "{\"status\":\"serving\",\"database\":\"up\",\"bus\":\"off\"}");
        readiness.become(Readiness.Status.DRAINING);
        assertAnswer(503, "{\"status\":\"draining\",\"database\":\"up\",\"bus\":\"off\"}");
    }

    @Test
    void aPartThatIsAwayIsToldAndChangesNothingElse() {
        readiness.become(Readiness.Status.SERVING);
        database = Dependency.State.AWAY;
        assertAnswer(200, "{\"status\":\"serving\",\"database\":\"away\",\"bus\":\"off\"}");
    }

    private void assertAnswer(int status, String json) {
        Response answer = readiness.answer(Requests.get()).toCompletableFuture().join();
        assertEquals(status, answer.status());
        assertEquals(json, new String(answer.body(), UTF_8));
    }
}

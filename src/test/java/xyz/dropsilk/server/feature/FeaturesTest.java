package xyz.dropsilk.server.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xyz.dropsilk.server.address.NetworkKey;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.base.Dependency;
import xyz.dropsilk.server.config.CommandLine;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.config.ConfigException;
import xyz.dropsilk.server.config.ConfigReader;
import xyz.dropsilk.server.http.Request;
import xyz.dropsilk.server.http.Router;
import xyz.dropsilk.server.http.TestFields;
import xyz.dropsilk.server.http.TestRouting;
import xyz.dropsilk.server.meter.Meter;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.origin.OriginPolicy;
import xyz.dropsilk.server.testing.CollectedEvents;
import xyz.dropsilk.server.testing.ManualExecutor;

class FeaturesTest {
    private final CollectedEvents events = new CollectedEvents();

    private Features features(Map<String, String> environment) throws ConfigException {
        Config config = ConfigReader.read(environment, "", CommandLine.parse());
        return new Features(config, events, InstantSource.system(), System::nanoTime, new ManualExecutor());
    }

    private int status(Features features, HttpMethod method, String path) throws ConfigException {
        Router router = new Router(events);
        Config.Origins origins =
                ConfigReader.read(Map.of(), "", CommandLine.parse()).origins();
        features.addTo(new Pages(router, OriginPolicy.of(origins, /* production= */ false), events));
        InetAddress client = InetAddress.getLoopbackAddress();
        return TestRouting.answer(
                        router,
                        new Request(method, path, "", TestFields.of(), new byte[0], client, NetworkKey.of(client)))
                .status();
    }

    private static boolean hasMeter(Features features, String name) {
        Meters meters = new Meters();
        features.addTo(meters);
        return meters.all().stream().map(Meter::name).anyMatch(name::equals);
    }

    @Test
    void whatIsNotConfiguredSaysSoAndHasNoFigures() throws Exception {
        Features none = features(Map.of());
        assertEquals(501, status(none, HttpMethod.GET, "/api/turn-credentials"));
        assertEquals(500, status(none, HttpMethod.POST, "/request-email"));
        assertEquals(200, status(none, HttpMethod.GET, "/api/uploadthing"));
        Meters meters = new Meters();
        none.addTo(meters);
        assertEquals(0, meters.all().size());
        assertEquals(Map.of("turn", false, "uploads", false, "database", false, "email", false), none.parts());
        assertEquals(Map.of("database", Dependency.NONE), none.dependencies());
        none.clientArrived();
        none.close(Duration.ofSeconds(1));
    }

    @Test
    void eachIsThereByItself() throws Exception {
        Features turn = features(Map.of("CLOUDFLARE_TURN_TOKEN_ID", "id", "CLOUDFLARE_API_TOKEN", "token"));
        assertTrue(hasMeter(turn, "dropsilk_turn_calls_total"));
        assertEquals(true, turn.parts().get("turn"));
        assertFalse(hasMeter(turn, "dropsilk_uploads_total"));

        Features rows = features(Map.of("DATABASE_URL", "postgresql://me@127.0.0.1:1/previews"));
        assertEquals(true, rows.parts().get("database"));
        assertFalse(rows.dependencies().containsValue(Dependency.NONE));
        rows.close(Duration.ofSeconds(1));
    }
}

package xyz.dropsilk.server.feature;

import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import xyz.dropsilk.server.api.Pages;
import xyz.dropsilk.server.api.RateLimited;
import xyz.dropsilk.server.api.UploadsEndpoint;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.http.Endpoint;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.service.PreviewCloud;
import xyz.dropsilk.server.service.Uploads;

/** Uploads of previews to UploadThing. Without a token its path is there all the same, and answers as the SDK does then. */
final class Previews implements Feature {
    private static final String PATH = "/api/uploadthing";

    private final PreviewCloud cloud;
    private final Uploads uploads;
    private final boolean hasToken;
    private final Tools tools;

    /** Uploads to {@code cloud}, which {@code records} takes down. */
    Previews(Config config, PreviewCloud cloud, Uploads.Records records, Tools tools) {
        this.cloud = cloud;
        this.hasToken = config.uploads().token() != null;
        this.tools = tools;
        this.uploads = new Uploads(
                cloud, records, config.server().publicUrl() + PATH, tools.clock(), tools.ticker(), tools.events());
    }

    /** Whether there is a token that can be used. */
    boolean isOn() {
        return cloud.isConfigured();
    }

    @Override
    public String name() {
        return "uploads";
    }

    @Override
    public void addTo(Pages pages) {
        Endpoint endpoint = new RateLimited(
                new UploadsEndpoint(uploads, tools.workers()),
                UploadsEndpoint::wantsLinks,
                tools.tenth(),
                tools.events());
        pages.add(PATH, UploadsEndpoint::isFromCloud, endpoint, HttpMethod.GET, HttpMethod.POST);
    }

    @Override
    public void addTo(Meters meters) {
        if (hasToken) {
            uploads.addTo(meters);
        }
    }

    @Override
    public void begin() {
        if (hasToken) {
            cloud.check(tools.events());
        }
    }

    @Override
    public void end(Duration limit) throws InterruptedException {
        uploads.awaitOpen(limit);
    }
}

package xyz.dropsilk.server.feature;

import java.time.Duration;
import java.util.Optional;
import xyz.dropsilk.server.config.Config;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.service.CleanupJob;
import xyz.dropsilk.server.service.PreviewCloud;
import xyz.dropsilk.server.store.UploadStore;

/** Deletes previews that are older than their retention. */
final class Cleanup implements Feature {
    private final CleanupJob job;

    /** One of previews in {@code cloud} whose rows are in {@code store}. */
    Cleanup(Config.Uploads config, UploadStore store, PreviewCloud cloud, Tools tools) {
        job = new CleanupJob(
                store,
                cloud,
                new CleanupJob.Settings(config.retention(), config.cleanupInterval()),
                tools.clock(),
                tools.ticker(),
                tools.events());
    }

    /** Why nothing is cleaned up, if so. */
    static Optional<String> missing(Config config) {
        if (config.storage().disabled()) {
            return Optional.of("the database is switched off (NO_DB or --noDB)");
        }
        if (config.storage().database() == null) {
            return Optional.of("DATABASE_URL is not set");
        }
        if (config.uploads().token() == null) {
            return Optional.of("UPLOADTHING_TOKEN is not set");
        }
        return config.uploads().retention().isZero() ? Optional.of("PREVIEW_RETENTION_HOURS is 0") : Optional.empty();
    }

    @Override
    public String name() {
        return "cleanup";
    }

    @Override
    public void addTo(Meters meters) {
        job.addTo(meters);
    }

    @Override
    public void begin() {
        job.start();
    }

    @Override
    public void stop() {
        job.stop();
    }

    @Override
    public void end(Duration limit) throws InterruptedException {
        job.awaitStop(limit);
    }
}

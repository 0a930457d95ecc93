package xyz.dropsilk.server.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Cut;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.meter.Counts;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Result;
import xyz.dropsilk.server.store.UploadStore;
import xyz.dropsilk.server.uploadthing.UploadThing;

/**
 * Uploads of previews, from the page's wish to the row: signs links, and records what the cloud reports. Safe on any thread, never
 * blocks; made for worker threads, since it hashes.
 */
public final class Uploads {
    /** The SDK version that answers name. */
    public static final String SDK_VERSION = UploadThing.VERSION;

    private static final Map<String, String> METADATA = Map.of("uploadedBy", "dropsilk-preview");
    private static final int MAX_LOGGED_UNITS = 300;

    private final PreviewCloud cloud;
    private final Records records;
    private final String callbackUrl;
    private final InstantSource clock;
    private final EventSink events;

    /** One for each kind of call, since one may fail for long while the other goes well. */
    private final Outage registering;

    private final Outage reporting;
    private final Counts<Result> uploads = Counts.of(Result.class, Result::word);

    @GuardedBy("this")
    private int open;

    /** Takes down what was uploaded. Any thread; never blocks. */
    @FunctionalInterface
    public interface Records {
        /** Where there is no database: nothing is taken down. */
        Records NONE = upload -> CompletableFuture.completedFuture(null);

        /** Completes once {@code upload} is written, or known to wait for a database that is away. */
        CompletableFuture<@Nullable Void> record(UploadStore.Upload upload);
    }

    /** A link to upload one file: the signed {@code url}, the file's {@code key} at the cloud and its {@code name}. */
    public record Link(String url, String key, String name) {}

    /**
     * An upload as the cloud reports it.
     *
     * @param origin the host that wants to hear the result
     * @param key the file's key
     * @param url its older address, which the page gets back
     * @param ufsUrl its address, which is stored
     * @param name its name
     */
    public record Report(String origin, String key, String url, String ufsUrl, String name) {}

    /** Uploads whose results the cloud sends to {@code callbackUrl}; {@code records} takes them down; {@code ticker} counts nanoseconds. */
    public Uploads(
            PreviewCloud cloud,
            Records records,
            String callbackUrl,
            InstantSource clock,
            LongSupplier ticker,
            EventSink events) {
        this.cloud = cloud;
        this.records = records;
        this.callbackUrl = callbackUrl;
        this.clock = clock;
        this.events = events;
        this.registering = outage(events, ticker);
        this.reporting = outage(events, ticker);
    }

    /**
     * A link for each of {@code files}, in their order, once the cloud has been told of them or a few seconds have passed: the links are
     * good either way.
     */
    public CompletableFuture<List<Link>> links(List<PreviewRoute.File> files, @Nullable String clientPackage)
            throws UploadRefused {
        List<PreviewRoute.File> accepted = PreviewRoute.accept(files);
        UploadThing app = cloud.app();
        List<Link> links = new ArrayList<>(accepted.size());
        for (PreviewRoute.File file : accepted) {
            if (!UTF_8.newEncoder().canEncode(file.name())) { // half a surrogate pair
                throw UploadRefused.silently(500);
            }
            UploadThing.Link link = app.link(
                    new UploadThing.NewFile(file.name(), decimal(file.size()), file.type()),
                    PreviewRoute.SLUG,
                    clock.instant());
            links.add(new Link(link.url(), link.key(), file.name()));
        }
        UploadThing.Registration registration = new UploadThing.Registration(
                links.stream().map(Link::key).toList(), METADATA, false, callbackUrl, PreviewRoute.SLUG, true);
        return app.register(registration, clientPackage)
                .handle((done, failure) -> told(registering, "registering an upload", failure))
                .thenApply(done -> links);
    }

    /** Refuses {@code body} unless the cloud signed it. */
    public void requireSigned(byte[] body, @Nullable String signature) throws UploadRefused {
        if (!cloud.app().isSigned(body, signature)) {
            throw UploadRefused.with(400, "Invalid signature");
        }
    }

    /**
     * Records a signed {@code report} and tells the cloud. Completes within 8 s, however these two end: what could not be done is logged, and
     * a row that can't be written now waits for the database.
     */
    public CompletableFuture<@Nullable Void> complete(Report report, @Nullable String clientPackage)
            throws UploadRefused {
        UploadThing app = cloud.app();
        uploads.increment(Result.OK);
        events.publish(new UploadEvent.Success(report.key));
        begun();
        return records.record(new UploadStore.Upload(report.key, report.ufsUrl, report.name))
                .thenCompose(written -> tell(app, report, clientPackage))
                .whenComplete((nothing, failure) -> ended());
    }

    /** Adds what the cloud reports to {@code meters}. */
    public void addTo(Meters meters) {
        meters.counters(
                "dropsilk_uploads_total", "Uploads that the cloud told of, by result.", "result", uploads::sums);
    }

    /** The cloud says that an upload failed. */
    public void failed(String key, String error) {
        uploads.increment(Result.FAILED);
        String reason = "Upload failed: " + error;
        events.publish(new UploadEvent.Lost(key, Cut.toUnits(reason, MAX_LOGGED_UNITS)));
    }

    /** Waits until the callbacks that are being handled are done, at most {@code limit}. */
    public synchronized void awaitOpen(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        long left = limit.toMillis();
        while (open > 0 && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
    }

    private synchronized void begun() {
        open++;
    }

    private synchronized void ended() {
        open--;
        notifyAll();
    }

    private CompletableFuture<@Nullable Void> tell(UploadThing app, Report report, @Nullable String clientPackage) {
        if (!app.admits(report.origin)) {
            events.publish(new UploadEvent.Lost(report.key, "the callback's origin is no ingest host"));
            return CompletableFuture.completedFuture(null);
        }
        return app.report(
                        report.origin,
                        new UploadThing.CallbackResult(report.key, Map.of("url", report.url)),
                        clientPackage)
                .handle((done, failure) -> told(reporting, "reporting an upload's result", failure));
    }

    private static Outage outage(EventSink events, LongSupplier ticker) {
        return new Outage(events, UploadEvent.Failed::new, UploadEvent.Over::new, ticker);
    }

    private static @Nullable Void told(Outage outage, String doing, @Nullable Throwable failure) {
        if (failure == null) {
            outage.over();
        } else {
            outage.failed(doing, failure);
        }
        return null;
    }

    /** As JavaScript writes a number of this size: no exponent, no point without need. */
    private static String decimal(double size) {
        String text = BigDecimal.valueOf(size).toPlainString();
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}

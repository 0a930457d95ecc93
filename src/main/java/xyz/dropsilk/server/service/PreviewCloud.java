package xyz.dropsilk.server.service;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.event.EventSink;
import xyz.dropsilk.server.remote.Calls;
import xyz.dropsilk.server.uploadthing.FileKeys;
import xyz.dropsilk.server.uploadthing.UploadThing;
import xyz.dropsilk.server.uploadthing.UploadThingToken;

/** The UploadThing app that {@code UPLOADTHING_TOKEN} names; the token is read on first use. Safe on any thread. */
public final class PreviewCloud {
    /** What operators hear of a token that can't be read. */
    public static final String MALFORMED =
            "UPLOADTHING_TOKEN is malformed, so there are no previews: it is the app's token of SDK version 7, which begins with eyJ";

    private static final String MISSING =
            "Missing token. Please set the `UPLOADTHING_TOKEN` environment variable or provide a token manually through config.";
    private static final String INVALID =
            "Invalid token. A token is a base64 encoded JSON object matching { apiKey: string, appId: string, regions: string[] }.";

    private final Calls calls;
    private final Settings settings;
    private final FileKeys keys;
    private @Nullable UploadThing app;

    /**
     * Where the cloud is.
     *
     * @param token what {@code UPLOADTHING_TOKEN} says, or null if it is not set
     * @param apiUrl the host that deletes files
     * @param ingestUrl the host that takes files, or null for the token's
     */
    public record Settings(
            @Nullable Secret token, URI apiUrl, @Nullable URI ingestUrl) {}

    public PreviewCloud(Calls calls, Settings settings, FileKeys keys) {
        this.calls = calls;
        this.settings = settings;
        this.keys = keys;
    }

    /** Whether there is a token, and one that can be used. */
    public boolean isConfigured() {
        try {
            app();
            return true;
        } catch (UploadRefused e) {
            return false;
        }
    }

    /** Says loudly so if there is a token that can't be used: nothing else tells, before somebody wants to upload. */
    public void check(EventSink events) {
        try {
            app();
        } catch (UploadRefused e) {
            events.publish(new UploadEvent.Off(MALFORMED));
        }
    }

    /** The app; refused with 500 and the SDK's words if there is no token, or none that can be used. */
    synchronized UploadThing app() throws UploadRefused {
        if (app == null) {
            if (settings.token == null) {
                throw UploadRefused.with(500, MISSING);
            }
            UploadThingToken token = UploadThingToken.parse(settings.token);
            if (token == null) {
                throw UploadRefused.with(500, INVALID);
            }
            try {
                app = new UploadThing(calls, token, settings.apiUrl, settings.ingestUrl, keys);
            } catch (IllegalArgumentException e) { // region and host of the token make no address
                throw UploadRefused.silently(500);
            }
        }
        return app;
    }
}

package xyz.dropsilk.server.service;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.store.StoredUpload;

/** Takes down what was uploaded. Any thread; never blocks. */
@FunctionalInterface
public interface UploadRecords {
    /** Where there is no database: nothing is taken down. */
    UploadRecords NONE = upload -> CompletableFuture.completedFuture(null);

    /** Completes once {@code upload} is written, or known to wait for a database that is away. */
    CompletableFuture<@Nullable Void> record(StoredUpload upload);
}

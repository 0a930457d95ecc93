package xyz.dropsilk.server.flight;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.rules.Room;
import xyz.dropsilk.server.rules.Rule;

/** A room that several instances share, as this one knows it. Mutable, guarded by the registry's lock. */
final class RoomCopy {
    final String code;

    /** Null where it is no more. Written by {@link RoomCopies} alone. */
    @Nullable
    Room room;

    /** Of the record that it was made from; empty for none. */
    String version = "";

    /** What the sockets here were told; null where there is none. A poll may know more: sockets are told by letters alone. */
    @Nullable
    Room told;

    String toldVersion = "";

    /** Whether the record was found newer than what the sockets here were told: a letter may be lost. */
    boolean lags;

    /** What was decided without the others, in order. */
    final Deque<Rule> alone = new ArrayDeque<>(0);

    /** What is under way of that to the others; null for nothing. */
    RoomsAlone.@Nullable Replay replay;

    /** Whether it is on its way back into an engine that has forgotten it. */
    boolean puttingBack;

    /** Whether sockets of instances that are no more are about to be taken out. */
    boolean losing;

    /** When a request for it was served here, or it was made: ticker nanoseconds. */
    long servedAt;

    RoomCopy(String code, long now) {
        this.code = code;
        this.servedAt = now;
    }

    /** Whether the sockets here were told something else than {@code recordVersion}, and nothing newer: one put back has the same number. */
    boolean isUntold(String recordVersion) {
        return !recordVersion.equals(toldVersion)
                && Proposals.numberOf(recordVersion) >= Proposals.numberOf(toldVersion);
    }

    boolean isAlone() {
        return !alone.isEmpty();
    }

    /** Whether an engine that says {@code recordVersion} has lost the room, or goes back to what it was before: an end leaves a trace. */
    boolean isForgotten(String recordVersion) {
        return recordVersion.isEmpty() || Proposals.numberOf(recordVersion) < Proposals.numberOf(version);
    }
}

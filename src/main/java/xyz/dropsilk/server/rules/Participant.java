package xyz.dropsilk.server.rules;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody in a room. Immutable. Known by its public id alone: the secret that its page acts with is kept nowhere in here.
 *
 * @param id the public id, derived one-way from the secret
 * @param name cleaned already
 * @param ready whether it has chosen files
 * @param fileCount how many, when it said so last
 * @param totalBytes their size, when it said so last
 * @param chat whether it has asked for a chat
 * @param sharing whether it shares its screen
 * @param silent whether it was not heard of for so long that its seat looks empty
 * @param lost whether its last socket to go was one for transfer that it did not close
 * @param transfer its socket on the channel, or null
 * @param chatting its socket for chat, or null
 * @param showing its socket for screen-share, or null
 */
public record Participant(
        String id,
        String name,
        boolean ready,
        int fileCount,
        long totalBytes,
        boolean chat,
        boolean sharing,
        boolean silent,
        boolean lost,
        @Nullable Attachment transfer,
        @Nullable Attachment chatting,
        @Nullable Attachment showing) {

    /** Somebody who has just come. */
    public static Participant newcomer(String id, String name) {
        return new Participant(id, name, false, 0, 0, false, false, false, false, null, null, null);
    }

    /** Whether it has a socket, on any channel. */
    public boolean isAttached() {
        return transfer != null || chatting != null || showing != null;
    }

    /** Whether it has a socket for transfer. */
    public boolean isAttachedForTransfer() {
        return transfer != null;
    }

    @Nullable
    Attachment on(RoomChannel channel) {
        return switch (channel) {
            case TRANSFER -> transfer;
            case CHAT -> chatting;
            case SCREEN_SHARE -> showing;
        };
    }

    Participant with(RoomChannel channel, @Nullable Attachment socket) {
        return new Participant(
                id,
                name,
                ready,
                fileCount,
                totalBytes,
                chat,
                sharing,
                silent,
                lost,
                channel == RoomChannel.TRANSFER ? socket : transfer,
                channel == RoomChannel.CHAT ? socket : chatting,
                channel == RoomChannel.SCREEN_SHARE ? socket : showing);
    }

    /** The sockets it has, in the order of the channels. */
    List<Attachment> sockets() {
        List<Attachment> sockets = new ArrayList<>(2);
        for (RoomChannel channel : RoomChannel.values()) {
            Attachment socket = on(channel);
            if (socket != null) {
                sockets.add(socket);
            }
        }
        return sockets;
    }

    /** The ids of its sockets. */
    public List<String> socketIds() {
        return sockets().stream().map(socket -> socket.socket().id()).toList();
    }

    /** The id of its socket for transfer, or null. */
    public @Nullable String transferSocketId() {
        return transfer == null ? null : transfer.socket().id();
    }

    /** The same one, who has chosen {@code files} files of {@code bytes} bytes. */
    public Participant ready(int files, long bytes) {
        return new Participant(id, name, true, files, bytes, chat, sharing, silent, lost, transfer, chatting, showing);
    }

    Participant flags(boolean chatNow, boolean sharingNow) {
        return new Participant(
                id, name, ready, fileCount, totalBytes, chatNow, sharingNow, silent, lost, transfer, chatting, showing);
    }

    Participant silent(boolean now) {
        return new Participant(
                id, name, ready, fileCount, totalBytes, chat, sharing, now, lost, transfer, chatting, showing);
    }

    Participant lost(boolean now) {
        return new Participant(
                id, name, ready, fileCount, totalBytes, chat, sharing, silent, now, transfer, chatting, showing);
    }
}

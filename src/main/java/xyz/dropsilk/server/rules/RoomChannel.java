package xyz.dropsilk.server.rules;

import org.jspecify.annotations.Nullable;

/** What two sockets are paired for. A flight is a pairing for {@link #TRANSFER}; a room can have one on each channel. */
public enum RoomChannel {
    TRANSFER("transfer"),
    CHAT("chat"),
    SCREEN_SHARE("screen-share");

    private final String word;

    RoomChannel(String word) {
        this.word = word;
    }

    /** The contract's word. */
    public String word() {
        return word;
    }

    /** The channel that {@code word} names, or null. */
    public static @Nullable RoomChannel of(String word) {
        for (RoomChannel channel : values()) {
            if (channel.word.equals(word)) {
                return channel;
            }
        }
        return null;
    }
}

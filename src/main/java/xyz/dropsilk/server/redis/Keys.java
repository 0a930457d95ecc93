package xyz.dropsilk.server.redis;

/**
 * The names of keys and channels: {@code {PREFIX}:VERSION:…}, where the version is that of the data's form and the braces keep all keys in one slot.
 */
final class Keys {
    private static final int VERSION = 1;

    private final String stem;
    private final String self;
    final String instances;
    final String epoch;
    final String inbox;
    final String meter;

    Keys(String prefix, String self) {
        this.stem = "{" + prefix + "}:" + VERSION + ":";
        this.self = self;
        this.instances = stem + "instances";
        this.epoch = stem + "epoch";
        this.inbox = inbox(self);
        this.meter = meter(self);
    }

    String self() {
        return self;
    }

    String record(String code) {
        return stem + "code:" + code;
    }

    String inbox(String id) {
        return stem + "inbox:" + id;
    }

    String meter(String id) {
        return stem + "unread:" + id;
    }

    String channel(String name) {
        return stem + name;
    }

    /** The name that {@link #channel} was given. */
    String nameOf(String channel) {
        return channel.startsWith(stem) ? channel.substring(stem.length()) : channel;
    }
}

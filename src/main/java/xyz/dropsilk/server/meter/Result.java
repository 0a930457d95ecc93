package xyz.dropsilk.server.meter;

import java.util.Locale;

/** How something went that can go well or not. */
public enum Result {
    OK,
    FAILED;

    /** The label's value. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package xyz.dropsilk.server.event;

/** How much an event matters, least first. The names are what a log line shows. */
public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
}

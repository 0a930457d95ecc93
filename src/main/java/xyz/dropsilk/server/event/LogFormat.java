package xyz.dropsilk.server.event;

/** What a line on standard output looks like ({@code LOG_FORMAT}); {@code /logs} is always JSON. */
public enum LogFormat {
    JSON,
    TEXT
}

package xyz.dropsilk.server.meter;

/**
 * What tells series of one meter apart.
 *
 * @param name of the label
 * @param value one of few, which no client chooses
 */
public record Label(String name, String value) {}

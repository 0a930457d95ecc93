package xyz.dropsilk.server.protocol;

/**
 * A user where lists can name it. Immutable.
 *
 * @param arrival the number of its arrival: greater than that of everybody who came before
 * @param user how it is named
 */
public record Listed(long arrival, User user) {}

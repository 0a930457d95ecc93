package xyz.dropsilk.server.event;

/** How clients' addresses are written ({@code LOG_ADDRESSES}). */
public enum LogAddresses {
    /** As they are. */
    FULL,
    /** As ten characters that are the same for an address all day, and others the next. */
    PSEUDONYM,
    /** Not at all. */
    NONE
}

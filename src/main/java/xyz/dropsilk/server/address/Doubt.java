package xyz.dropsilk.server.address;

/**
 * Why an address may be a proxy's and not its client's. A value.
 *
 * @param kind what it is
 * @param advice that in a sentence, with the setting to look at, for whoever hosts the server; no text of a request stands in it
 */
public record Doubt(Kind kind, String advice) {
    /** What speaks against an address. */
    public enum Kind {
        /** The peer is a trusted proxy, by what it adds or by the page that asks, and names nobody. */
        NAMES_NOBODY,
        /** The peer adds what proxies add, and is not trusted. */
        NOT_TRUSTED,
        /** The header of {@code CLIENT_IP_HEADER} did not come, or with no address, and another one counted. */
        NOT_AS_CONFIGURED,
        /** Fields name somebody else, as where there is a proxy in front of the one that counts; any client can send such. */
        NAMED_OTHERWISE
    }
}

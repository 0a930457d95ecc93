package xyz.dropsilk.server.protocol;

/** How near two members of a flight are, by their networks. */
public enum ConnectionType {
    LAN("lan"),
    WAN("wan");

    private final String word;

    ConnectionType(String word) {
        this.word = word;
    }

    /** The protocol's word. */
    public String word() {
        return word;
    }
}

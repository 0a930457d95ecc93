package xyz.dropsilk.server.rules;

/** Which seat somebody has. The host's page makes the offer. */
public enum Role {
    HOST("host"),
    GUEST("guest");

    private final String word;

    Role(String word) {
        this.word = word;
    }

    /** The contract's word. */
    public String word() {
        return word;
    }
}

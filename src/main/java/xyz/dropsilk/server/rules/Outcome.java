package xyz.dropsilk.server.rules;

/** What became of a flight or room, as far as its server sees. */
public enum Outcome {
    /** Signals went both ways. */
    MET("met"),
    /** Somebody came, but no signals went both ways. */
    SILENT("silent"),
    /** Nobody came. */
    LONELY("lonely");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    /** The contract's word. */
    public String word() {
        return word;
    }
}

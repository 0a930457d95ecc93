package xyz.dropsilk.server.remote;

/** UploadThing's hash of a text, from which file keys are made: 31 significant bits, signed. */
final class TextHash {
    private static final int START = 5381;
    private static final int FACTOR = 33;
    private static final int BIT_30 = 0x4000_0000;

    private TextHash() {}

    static int of(String text) {
        int hash = START;
        for (int i = text.length() - 1; i >= 0; i--) {
            hash = (hash * FACTOR) ^ text.charAt(i);
        }
        // The sign bit is copied into bit 30, so that an absolute value never exceeds 2^30.
        return (hash & ~BIT_30) | ((hash >>> 1) & BIT_30);
    }
}

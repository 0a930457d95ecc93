package xyz.dropsilk.server.event;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** The bytes of one log line. It takes no more than a line may have, so that what is being written costs no more either. */
final class LineBuffer extends OutputStream {
    /** Docker cuts lines of over 16 KiB, and a line that is cut is no JSON any more. */
    static final int MAX_BYTES = 16_000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

    /** The line does not end in time. */
    static final class TooLong extends IOException {
        TooLong() {
            super("a log line of over " + MAX_BYTES + " bytes");
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    @Override
    public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
        if (length > MAX_BYTES - bytes.size()) {
            throw new TooLong();
        }
        bytes.write(source, from, length);
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}

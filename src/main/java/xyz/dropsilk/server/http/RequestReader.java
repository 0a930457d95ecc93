package xyz.dropsilk.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts requests out of the bytes of one connection (RFC 9112), one at a time: what follows a request stays where it is until {@link #next}. Lines
 * end in CR LF and in nothing else. Confined to the connection's loop.
 */
final class RequestReader {
    /** The longest request line: bytes. */
    static final int MAX_LINE_BYTES = 8 * 1024;

    /** The most a header may have, all fields together: bytes. */
    static final int MAX_HEADER_BYTES = 16 * 1024;

    /** The contract's bound for a body. */
    static final int MAX_BODY_BYTES = 256 * 1024;

    /** A chunk's size and its extensions, of which this server knows none. */
    private static final int MAX_CHUNK_LINE_BYTES = 1024;

    private static final int EMPTY_LINE_BYTES = 2;
    private static final byte[] NO_BODY = {};

    private enum Part {
        HEAD,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        TRAILER,
        /** The request is whole, or its body too large to be read. */
        END
    }

    private Part part = Part.HEAD;
    private @Nullable RequestHead head;
    private byte @Nullable [] body = NO_BODY;

    /** What chunks have brought. */
    private @Nullable ByteArrayOutputStream chunks;

    private int chunkBytes;

    /** Bytes of the section at hand that were looked at, and those of them that stand before its last line. */
    private int scanned;

    private int lineStart;

    /** The bytes of the request's line, once it has ended. */
    private int firstLine;

    /**
     * Takes what it needs from {@code bytes}.
     *
     * @return whether the request is whole
     * @throws MalformedRequest if it is none; nothing further can be read then
     */
    boolean read(ByteBuf bytes) throws MalformedRequest {
        boolean goesOn = true;
        while (goesOn && part != Part.END) {
            goesOn = switch (part) {
                case HEAD -> readHead(bytes);
                case BODY -> readBody(bytes);
                case CHUNK_SIZE -> readChunkSize(bytes);
                case CHUNK -> readChunk(bytes);
                case TRAILER -> readTrailer(bytes);
                case END -> false;
            };
        }
        return part == Part.END;
    }

    /** Begins with the next request. */
    void next() {
        part = Part.HEAD;
        head = null;
        body = NO_BODY;
        chunks = null;
        beginSection();
    }

    /** The head, once it has been read. */
    @Nullable
    RequestHead head() {
        return head;
    }

    /** The body of a request that is whole; null if it is larger than the server reads. */
    byte @Nullable [] body() {
        return body;
    }

    /** Bytes that are kept here. */
    int held() {
        return chunks == null ? 0 : chunks.size();
    }

    // --- the head ---

    private boolean readHead(ByteBuf bytes) throws MalformedRequest {
        int length = section(bytes);
        if (length < 0) {
            return false;
        }
        if (length == EMPTY_LINE_BYTES) { // some clients send one behind a body (RFC 9112, 2.2)
            bytes.skipBytes(length);
            beginSection();
            return true;
        }
        byte[] all = new byte[length];
        bytes.readBytes(all);
        beginSection();
        RequestHead read = RequestHead.parse(all);
        head = read;
        if (read.bodyLength() > MAX_BODY_BYTES) {
            tooLarge();
        } else if (read.bodyLength() == RequestHead.CHUNKED) {
            part = Part.CHUNK_SIZE;
            chunks = new ByteArrayOutputStream(0);
        } else {
            part = read.bodyLength() == 0 ? Part.END : Part.BODY;
        }
        return true;
    }

    private void beginSection() {
        scanned = 0;
        lineStart = 0;
        firstLine = 0;
    }

    /** The length of a head, or of a trailer, up to and with the empty line that ends it; -1 if it is not there yet. */
    private int section(ByteBuf bytes) throws MalformedRequest {
        for (; ; ) {
            int lineFeed = bytes.indexOf(bytes.readerIndex() + scanned, bytes.writerIndex(), (byte) '\n');
            int line = lineFeed < 0 ? bytes.readableBytes() : lineFeed - bytes.readerIndex();
            checkLength(line);
            if (lineFeed < 0) {
                scanned = line;
                return -1;
            }
            if (line == lineStart || bytes.getByte(lineFeed - 1) != '\r') {
                throw new MalformedRequest(HttpResponseStatus.BAD_REQUEST);
            }
            boolean isEmpty = line == lineStart + 1;
            scanned = line + 1;
            lineStart = scanned;
            if (firstLine == 0) {
                firstLine = scanned;
            }
            if (isEmpty) {
                return scanned;
            }
        }
    }

    private void checkLength(int bytes) throws MalformedRequest {
        if (part == Part.HEAD && firstLine == 0 && bytes > MAX_LINE_BYTES) {
            throw new MalformedRequest(HttpResponseStatus.REQUEST_URI_TOO_LONG);
        } else if (bytes - firstLine > MAX_HEADER_BYTES) {
            throw new MalformedRequest(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
    }

    // --- the body ---

    private void tooLarge() {
        part = Part.END;
        body = null;
        chunks = null;
    }

    /** It stays among the bytes that were not read until it is whole: memory is taken by what arrived, not by what was announced. */
    private boolean readBody(ByteBuf bytes) {
        int length = head == null ? 0 : (int) head.bodyLength();
        if (bytes.readableBytes() < length) {
            return false;
        }
        byte[] all = new byte[length];
        bytes.readBytes(all);
        body = all;
        part = Part.END;
        return true;
    }

    private boolean readChunkSize(ByteBuf bytes) throws MalformedRequest {
        int lineFeed = bytes.indexOf(bytes.readerIndex() + scanned, bytes.writerIndex(), (byte) '\n');
        int line = lineFeed < 0 ? bytes.readableBytes() : lineFeed - bytes.readerIndex();
        if (line > MAX_CHUNK_LINE_BYTES) {
            throw new MalformedRequest(HttpResponseStatus.BAD_REQUEST);
        }
        scanned = line;
        if (lineFeed < 0) {
            return false;
        }
        byte[] all = new byte[line + 1];
        bytes.readBytes(all);
        beginSection();
        chunkBytes = ChunkLine.size(all);
        if (chunkBytes == 0) {
            part = Part.TRAILER;
        } else if (chunkBytes > MAX_BODY_BYTES - held()) {
            tooLarge();
        } else {
            part = Part.CHUNK;
        }
        return true;
    }

    private boolean readChunk(ByteBuf bytes) throws MalformedRequest {
        ByteArrayOutputStream into = chunks;
        int take = Math.min(chunkBytes, bytes.readableBytes());
        if (into != null && take > 0) {
            byte[] some = new byte[take];
            bytes.readBytes(some);
            into.writeBytes(some);
            chunkBytes -= take;
        }
        if (chunkBytes > 0 || bytes.readableBytes() < 2) {
            return false;
        }
        if (bytes.readByte() != '\r' || bytes.readByte() != '\n') {
            throw new MalformedRequest(HttpResponseStatus.BAD_REQUEST);
        }
        part = Part.CHUNK_SIZE;
        return true;
    }

    /** Fields that nobody asks for, which must be right all the same. */
    private boolean readTrailer(ByteBuf bytes) throws MalformedRequest {
        try {
            int length = section(bytes);
            if (length < 0) {
                return false;
            }
            byte[] all = new byte[length];
            bytes.readBytes(all);
            Fields unused = Fields.parse(all, 0, length - 2);
        } catch (MalformedRequest e) {
            throw new MalformedRequest(HttpResponseStatus.BAD_REQUEST, head == null ? null : head.fields());
        }
        body = chunks == null ? NO_BODY : chunks.toByteArray();
        part = Part.END;
        return true;
    }
}

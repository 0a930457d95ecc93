package xyz.dropsilk.server.cluster;

import org.jspecify.annotations.Nullable;
import xyz.dropsilk.server.flight.Bus;

/** Something that waits to be sent, or to be answered. Made by any thread under the queue's monitor; afterwards its owner's. */
final class Item {
    /** Its number among all that this instance sends: what arrives twice is told by it. */
    final long number;

    final Work work;

    /** What it holds of the queue's allowance. */
    final int bytes;

    /** Whether it was sent before, on a connection that broke: it may have been done then. */
    boolean again;

    /** How often it was sent in vain to an inbox that may be made again in a moment. */
    int tries;

    /** When it was sent first since the last connection: ticker nanoseconds. */
    long sentAt;

    Item(long number, Work work, int bytes) {
        this.number = number;
        this.work = work;
        this.bytes = bytes;
    }

    /** What is to be done. */
    sealed interface Work {}

    /** Has a decision come true. */
    record Propose(Bus.Proposal proposal) implements Work {}

    /** Reads a record, for the commit {@code id}; to compare it where that is null. */
    record Read(@Nullable String id, String code) implements Work {}

    /** Puts a letter into an inbox. */
    record Post(String to, Post.Text text, String payload) implements Work {
        /** The letter, once its number is known. */
        @FunctionalInterface
        interface Text {
            String of(long number);
        }
    }
}

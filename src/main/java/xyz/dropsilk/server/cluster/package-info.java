/**
 * Several instances as one: what is sent to others and in which order, what is read from them, who is alive, and what happens when the engine that
 * they share goes and comes back. The engine itself is an interface here. One thread owns all of it, but for the queue.
 */
@NullMarked
package xyz.dropsilk.server.cluster;

import org.jspecify.annotations.NullMarked;

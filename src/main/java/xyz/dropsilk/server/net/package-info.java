/** The listening socket: transport, event loops, buffers, start and stop. */
@NullMarked
package xyz.dropsilk.server.net;

import org.jspecify.annotations.NullMarked;

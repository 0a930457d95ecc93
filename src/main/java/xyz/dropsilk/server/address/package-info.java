/** IP addresses as values: who a client is behind proxies, and which network it is on. No I/O, no names looked up. */
@NullMarked
package xyz.dropsilk.server.address;

import org.jspecify.annotations.NullMarked;

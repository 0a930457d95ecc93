/** Which pages may use this server: from where a browser says they are. */
@NullMarked
package xyz.dropsilk.server.origin;

import org.jspecify.annotations.NullMarked;

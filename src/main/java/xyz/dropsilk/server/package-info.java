/** Puts the server together and starts it: the only package that knows all others. */
@NullMarked
package xyz.dropsilk.server;

import org.jspecify.annotations.NullMarked;

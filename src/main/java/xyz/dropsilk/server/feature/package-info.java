/**
 * What the server does besides signaling, where it is configured: a module a feature, with its paths, its meters, its begin and its end. It makes what
 * {@code service}, {@code remote} and {@code store} do one thing.
 */
@NullMarked
package xyz.dropsilk.server.feature;

import org.jspecify.annotations.NullMarked;

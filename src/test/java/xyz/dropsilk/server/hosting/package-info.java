/** The recipes of docs/hosting, compose.yaml and render.yaml, beside the code that they name. */
@NullMarked
package xyz.dropsilk.server.hosting;

import org.jspecify.annotations.NullMarked;

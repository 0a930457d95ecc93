/** What every package may use: values and threads. Knows nothing of the project. */
@NullMarked
package xyz.dropsilk.server.base;

import org.jspecify.annotations.NullMarked;

/** What several tests need: stand-ins for clouds, a real database, and the vectors made with the real SDK. */
@NullMarked
package xyz.dropsilk.server.testing;

import org.jspecify.annotations.NullMarked;

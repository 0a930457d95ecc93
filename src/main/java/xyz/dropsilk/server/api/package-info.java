/** What is served over HTTP: endpoints, by their paths. The connection underneath is {@code http}'s. */
@NullMarked
package xyz.dropsilk.server.api;

import org.jspecify.annotations.NullMarked;

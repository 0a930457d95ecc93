/** How often, how much and how many: limits whose own memory is bounded. No I/O; time is passed in. */
@NullMarked
package xyz.dropsilk.server.limit;

import org.jspecify.annotations.NullMarked;

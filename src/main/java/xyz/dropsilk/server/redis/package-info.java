/** The engine that instances share, in Redis or Valkey. Loaded only where one is configured; nothing else knows Lettuce. */
@NullMarked
package xyz.dropsilk.server.redis;

import org.jspecify.annotations.NullMarked;

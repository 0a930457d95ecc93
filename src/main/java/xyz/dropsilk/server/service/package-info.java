/** The services around signaling: previews and their cleanup, TURN credentials, the contact address. Knows no HTTP server. */
@NullMarked
package xyz.dropsilk.server.service;

import org.jspecify.annotations.NullMarked;

/** The configuration: environment, .env file and flags become one immutable value, or a list of all that is wrong. */
@NullMarked
package xyz.dropsilk.server.config;

import org.jspecify.annotations.NullMarked;

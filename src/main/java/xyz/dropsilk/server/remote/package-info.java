/** The way out to third parties, and what Cloudflare and reCAPTCHA are asked. The only package that makes HTTP calls; never blocks. */
@NullMarked
package xyz.dropsilk.server.remote;

import org.jspecify.annotations.NullMarked;

/** The third parties and their protocols: UploadThing, Cloudflare, reCAPTCHA. The only package that makes HTTP calls; never blocks. */
@NullMarked
package xyz.dropsilk.server.remote;

import org.jspecify.annotations.NullMarked;

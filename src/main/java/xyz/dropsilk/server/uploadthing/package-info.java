/** UploadThing's protocol, as its SDK speaks it: tokens, keys of files, signed addresses, registering, reporting and deleting. */
@NullMarked
package xyz.dropsilk.server.uploadthing;

import org.jspecify.annotations.NullMarked;

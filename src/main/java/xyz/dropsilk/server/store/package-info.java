/** PostgreSQL: which previews are stored, and who cleans up. The only package that speaks JDBC; everything in it blocks. */
@NullMarked
package xyz.dropsilk.server.store;

import org.jspecify.annotations.NullMarked;

/** HTTP on the shared port: requests, routes, origins and the endpoints that operators, monitors and pages call. */
@NullMarked
package xyz.dropsilk.server.http;

import org.jspecify.annotations.NullMarked;

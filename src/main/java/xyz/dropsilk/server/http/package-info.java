/** HTTP on the shared port: connections, requests, answers, and routes to whatever answers. It knows no feature. */
@NullMarked
package xyz.dropsilk.server.http;

import org.jspecify.annotations.NullMarked;

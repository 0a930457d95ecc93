/** The set of meters and the libraries' own as Prometheus reads them. The only package that knows Micrometer; loaded only where it is asked for. */
@NullMarked
package xyz.dropsilk.server.prometheus;

import org.jspecify.annotations.NullMarked;

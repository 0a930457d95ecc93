# syntax=docker/dockerfile:1

# --- The jar, a Java of only the modules it needs, and the AOT cache trained on both ---
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build

COPY pom.xml .
COPY src/main src/main
RUN --mount=type=cache,target=/root/.m2 mvn -q -B package -Dmaven.test.skip=true

# java.sql, java.naming: the database; java.security.jgss, java.security.sasl: its driver's logins; java.net.http: the clouds;
# java.management: Hikari, Netty; jdk.management: meters of memory and processors; jdk.unsupported: Netty's direct buffers.
RUN jlink --add-modules java.base,java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql,jdk.management,jdk.unsupported \
          --strip-debug --no-header-files --no-man-pages --compress zip-6 --output /opt/java

# The cache is valid for this Java, these flags and this jar at this path alone.
COPY src/docker docker
RUN mkdir /app \
    && cp target/dropsilk-server.jar docker/jvm.options docker/healthcheck /app/ \
    && docker/train /opt/java /app/jvm.options /app/dropsilk-server.jar /app/dropsilk-server.aot

# --- What is shipped: glibc for Netty's epoll and the JVM, bash for the health check ---
FROM debian:bookworm-slim
ARG VERSION=development
ARG REVISION=unknown
LABEL org.opencontainers.image.title="dropsilk-server" \
      org.opencontainers.image.description="Rendezvous server of DropSilk: introduces browsers that send each other files over WebRTC" \
      org.opencontainers.image.source="https://github.com/medy17/DropSilk_Backend" \
      org.opencontainers.image.documentation="https://github.com/medy17/DropSilk_Backend/blob/main/docs/SELF-HOSTING.md" \
      org.opencontainers.image.licenses="GPL-3.0-or-later" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/java /opt/java
COPY --from=build /app /app
USER 65532:65532
WORKDIR /app
# The locale tells the JVM that names and values from outside are UTF-8.
ENV NODE_ENV=production LANG=C.UTF-8
EXPOSE 8080

# No process but the check's own shell: a JVM for this would cost more than the server at rest.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["/bin/bash", "/app/healthcheck"]

# Exec form: SIGTERM reaches the server itself. All flags are in jvm.options.
ENTRYPOINT ["/opt/java/bin/java", "@/app/jvm.options", "-XX:AOTCache=/app/dropsilk-server.aot", "-jar", "/app/dropsilk-server.jar"]

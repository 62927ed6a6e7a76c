# syntax=docker/dockerfile:1.17
# The server as an image that holds the program, certificates and nothing else.
#
#   docker build --build-arg SHOTIFY_COMMIT="$(git rev-parse --short=12 HEAD)" -t shotify .
#
# With its bill of materials and provenance attached, for a registry:
#
#   docker buildx build --build-arg SHOTIFY_COMMIT="$(git rev-parse --short=12 HEAD)" \
#     --sbom=true --provenance=mode=max --push -t REGISTRY/shotify .
#
# The bill is complete because cargo-auditable writes the crates and their versions into the program itself, where
# scanners of images (syft, trivy, grype) read them.

# Only build.rs uses Node: it bundles GraphiQL, so that no page loads anything from elsewhere.
FROM node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d AS node

FROM rust:1.95.0-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1 AS build
# The image's own toolchain, without the components that rust-toolchain.toml asks for.
ENV RUSTUP_TOOLCHAIN=1.95.0 \
    CARGO_INCREMENTAL=0 \
    CARGO_TERM_COLOR=never
RUN cargo install cargo-auditable --version 0.7.7 --locked
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src

# The dependencies, in a layer that stays until one of them changes: built for a crate that is empty.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src \
 && echo 'fn main() {}' > build.rs \
 && cp build.rs src/main.rs \
 && touch src/lib.rs \
 && cargo auditable build --release --locked \
 && cargo clean --release -p shotify

COPY build.rs ./
COPY assets ./assets
COPY demo ./demo
COPY migrations ./migrations
COPY models ./models
COPY templates ./templates
COPY web ./web
COPY src ./src
ARG SHOTIFY_COMMIT=unknown
# A page that would load GraphiQL from elsewhere fails the build. Sources may be older than the empty crate's.
RUN touch build.rs src/lib.rs src/main.rs \
 && SHOTIFY_REQUIRE_WEB=1 SHOTIFY_COMMIT="$SHOTIFY_COMMIT" cargo auditable build --release --locked \
 && install -D -m 0555 target/release/shotify /out/shotify \
 && install -d -m 0700 /out/data

# Holds the libraries of C, certificates and the user 65532, no shell and no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f
ARG SHOTIFY_COMMIT=unknown
LABEL org.opencontainers.image.title="Shotify" \
      org.opencontainers.image.description="An image sharing and selling server with a GraphQL API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="$SHOTIFY_COMMIT"
COPY --from=build /out/shotify /shotify
# The only place that is written to: mount something there. A new volume takes over whose it is.
COPY --from=build --chown=65532:65532 /out/data /data
# In a container others reach it from outside only; who may is the network's decision.
ENV DATA_DIR=/data \
    HTTP_ADDR=0.0.0.0:8080 \
    METRICS_ADDR=0.0.0.0:9464
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
# Of a server; a worker is asked by `shotify health --worker`.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/shotify", "health"]
ENTRYPOINT ["/shotify"]
CMD ["serve"]

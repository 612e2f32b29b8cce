# `just` lists all recipes.

_default:
    @just --list

# Format, lints, tests, documents, dependencies.
[group('check')]
check: fmt clippy test doc deny

[group('check')]
fmt:
    cargo fmt --all --check

[group('check')]
clippy:
    cargo clippy --workspace --all-targets -- -D warnings

[group('check')]
test:
    cargo test --workspace

[group('check')]
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

[group('check')]
deny:
    cargo deny check

# Start the whole system on loopback.
[group('run')]
run *ARGS:
    cargo run --release -- {{ARGS}}

# Time the stages, the search and the whole call.
[group('bench')]
bench *ARGS:
    cargo bench --workspace {{ARGS}}

# Build the container images: all four, or those named.
[group('deploy')]
images *TARGETS:
    deploy/docker/build {{TARGETS}}

# Make the secrets that are missing and start the services with MongoDB, or `just up whos-that`: all in one program.
[group('deploy')]
up *SERVICES: images
    deploy/compose/secrets
    docker compose --project-directory deploy/compose -f deploy/compose/compose.yaml up --detach --wait {{SERVICES}}
    @echo "http://localhost:5006  (ID: admin, password: deploy/compose/secrets.d/admin-password)"

# Stop what `just up` started; people are kept.
[group('deploy')]
down:
    docker compose --project-directory deploy/compose -f deploy/compose/compose.yaml --profile one down

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

//! The pipeline with the reference networks: on photographs, and on procedural faces.

#![expect(
    clippy::print_stderr,
    reason = "tests say what they measured and what did not run"
)]

mod photographs;
mod procedural;
mod separation;
mod support;

//! The running service, over HTTP, with the reference networks and real photographs.

#![expect(
    clippy::print_stderr,
    reason = "tests say what they measured and what did not run"
)]

mod errors;
mod overload;
mod photographs;
mod support;

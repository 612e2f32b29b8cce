//! The running service on a free port, with the embedded store in a folder of its own.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test ends where a thing it needs is missing, and says so when it did not run"
)]

mod bad_requests;
mod keys;
mod openapi;
mod outages;
mod people;
mod photographs;
mod support;

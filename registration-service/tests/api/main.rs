//! The running service on a free port, with the embedded store in a folder of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where a thing it needs is missing"
)]

mod bad_requests;
mod challenges;
mod keys;
mod openapi;
mod outages;
mod people;
mod photographs;
mod support;

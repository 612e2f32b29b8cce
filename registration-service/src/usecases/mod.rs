//! Use cases: each decides one thing over the ports and knows no HTTP.

pub(crate) mod challenges;
pub(crate) mod enrol;
pub(crate) mod find_match;
pub(crate) mod identify;
pub(crate) mod liveness;
pub(crate) mod people;
pub(crate) mod picture;
pub(crate) mod quality;
mod refusal;
pub(crate) mod samples;
pub(crate) mod verify;

pub(crate) use refusal::Refusal;

#[cfg(test)]
pub(crate) mod testing;

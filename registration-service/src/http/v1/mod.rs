//! `/v1`: JSON bodies, ids as text, problems as RFC 9457. No template ever leaves.

pub(crate) mod challenges;
mod convert;
pub(crate) mod identify;
pub(crate) mod people;
mod refused_pictures;
pub(crate) mod samples;
pub(crate) mod verify;

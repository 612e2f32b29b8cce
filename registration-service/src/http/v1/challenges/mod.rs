//! `/v1/liveness/challenges`: something to do before the camera, and the answer.

pub(crate) mod answer;
pub(crate) mod create;

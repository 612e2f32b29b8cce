//! The endpoints, a file each.

pub(crate) mod body;
pub(crate) mod faces;
pub(crate) mod frames;
pub(crate) mod liveness_check;
pub(crate) mod pack;

/// Largest encoded picture, in bytes; the same as the decoder's limit.
pub(crate) const MAX_PICTURE_BYTES: usize = 10 << 20;
/// Largest sum of the pictures of one call, in bytes: 30 frames of a good webcam many times over.
pub(crate) const MAX_CALL_BYTES: usize = 40 << 20;
/// Largest JSON body: the pictures as base64, and some room for line breaks and `data:` prefixes.
pub(crate) const MAX_JSON_BYTES: usize = MAX_CALL_BYTES / 3 * 4 + (1 << 20);
/// How many pictures make a sequence.
pub(crate) const FRAMES: std::ops::RangeInclusive<usize> = 2..=30;

use face_wire::problem::ProblemKind;
use service_kit::Problem;

/// Refuses a sequence that is too short or too long.
pub(crate) fn check_count(frames: usize) -> Result<(), Problem> {
    if FRAMES.contains(&frames) {
        return Ok(());
    }
    let (least, most) = (FRAMES.start(), FRAMES.end());
    let detail = format!("{frames} pictures were sent; a sequence has {least} to {most}");
    Err(Problem::new(ProblemKind::Unprocessable, detail))
}

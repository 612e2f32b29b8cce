//! How the frames of a sequence differ from each other.

use face_types::FrameChange;
use face_vision::{FacePatch, PlanarReference};

/// The differences between the faces of a sequence, `patches` being the face of each frame or `None` where there is none.
///
/// Compared are [`FrameChange::pairs`]. A face so flat that no motion shows is compared with none that comes after it.
#[must_use]
pub fn changes(patches: &[Option<FacePatch>]) -> Vec<FrameChange> {
    let has_face: Vec<bool> = patches.iter().map(Option::is_some).collect();
    let references: Vec<Option<PlanarReference>> = patches
        .iter()
        .map(|patch| patch.as_ref().and_then(PlanarReference::new))
        .collect();
    let compare = |(earlier, later): (usize, usize)| {
        Some(FrameChange {
            earlier,
            later,
            residual: references[earlier]
                .as_ref()?
                .residual(patches[later].as_ref()?),
        })
    };
    FrameChange::pairs(&has_face)
        .into_iter()
        .filter_map(compare)
        .collect()
}

#[cfg(test)]
mod tests {
    use face_types::Landmarks;
    use face_vision::{AlignmentTemplate, RgbImage};

    use super::*;

    fn patch(shift: u32) -> Option<FacePatch> {
        let picture = RgbImage::from_fn(112, 112, |x, y| {
            let wave = (x * (shift + 3) + y * 7) % 200;
            [wave as u8; 3].into()
        });
        FacePatch::of(&picture, &Landmarks(AlignmentTemplate::ARCFACE_112.points))
    }

    #[test]
    fn neighbours_and_some_further_frames_are_compared() {
        let mut patches = vec![patch(0); 10];
        patches[1] = None;
        let found = changes(&patches);
        let pairs: Vec<_> = found.iter().map(|c| (c.earlier, c.later)).collect();
        assert_eq!(pairs[..4], [(0, 2), (0, 3), (0, 5), (0, 8)]);
        assert!(pairs.contains(&(8, 9)) && pairs.contains(&(4, 9)));
        assert!(pairs.iter().all(|&(a, b)| a != 1 && b != 1 && b < 10));
        assert!(found.iter().all(|change| change.residual < 1e-4));
    }

    #[test]
    fn frames_that_differ_leave_a_difference() {
        let found = changes(&[patch(0), patch(2)]);
        assert!(found[0].residual > 0.1, "{found:?}");
    }
}

//! How the frames of a sequence differ from each other.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;

use face_types::FrameChange;
use face_vision::{FacePatch, PlanarReference};

/// The differences between the faces of a sequence, `patches` being the face of each frame or `None` where there is none, found by
/// so many threads.
///
/// Compared are [`FrameChange::pairs`]. A face so flat that no motion shows is compared with none that comes after it.
///
/// # Panics
/// When a comparison does.
#[must_use]
pub fn changes(patches: &[Option<FacePatch>], threads: NonZeroUsize) -> Vec<FrameChange> {
    let has_face: Vec<bool> = patches.iter().map(Option::is_some).collect();
    let pairs = FrameChange::pairs(&has_face);
    let frames: Vec<&[(usize, usize)]> = pairs.chunk_by(|a, b| a.0 == b.0).collect();
    let threads = threads.get().min(frames.len());
    let mut changes: Vec<FrameChange> = std::thread::scope(|scope| {
        let of_thread = |first| frames.iter().skip(first).step_by(threads);
        let started: Vec<_> = (0..threads)
            .map(|first| {
                let frames = of_thread(first);
                scope.spawn(move || frames.flat_map(|pairs| from_one(patches, pairs)).collect())
            })
            .collect();
        let found = started.into_iter().map(ScopedJoinHandle::join);
        let found: Vec<Vec<FrameChange>> = found
            .map(|it| it.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect();
        found.concat()
    });
    changes.sort_unstable_by_key(|change| (change.earlier, change.later));
    changes
}

/// The differences of `pairs`, which have their earlier frame in common.
fn from_one(patches: &[Option<FacePatch>], pairs: &[(usize, usize)]) -> Vec<FrameChange> {
    let earlier = pairs
        .first()
        .and_then(|&(earlier, _)| patches[earlier].as_ref());
    let Some(reference) = earlier.and_then(PlanarReference::new) else {
        return Vec::new();
    };
    let compare = |&(earlier, later): &(usize, usize)| {
        Some(FrameChange {
            earlier,
            later,
            residual: reference.residual(patches[later].as_ref()?),
        })
    };
    pairs.iter().filter_map(compare).collect()
}

#[cfg(test)]
mod tests {
    use face_types::Landmarks;
    use face_vision::{AlignmentTemplate, RgbImage};

    use super::*;

    const THREADS: NonZeroUsize = NonZeroUsize::new(3).unwrap();

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
        let found = changes(&patches, THREADS);
        let pairs: Vec<_> = found.iter().map(|c| (c.earlier, c.later)).collect();
        assert_eq!(pairs[..4], [(0, 2), (0, 3), (0, 5), (0, 8)]);
        assert!(pairs.contains(&(8, 9)) && pairs.contains(&(4, 9)));
        assert!(pairs.iter().all(|&(a, b)| a != 1 && b != 1 && b < 10));
        assert!(found.iter().all(|change| change.residual < 1e-4));
        assert!(pairs.is_sorted());
        assert_eq!(changes(&patches, NonZeroUsize::MIN), found);
        assert_eq!(changes(&[], THREADS), []);
    }

    #[test]
    fn frames_that_differ_leave_a_difference() {
        let found = changes(&[patch(0), patch(2)], THREADS);
        assert!(found[0].residual > 0.1, "{found:?}");
    }
}

//! Whether a sequence moves as a living face does: not as one photograph, not as several, and in the order of time.

use face_types::FrameChange;

use crate::quantile::median;

/// Frames whose faces differ less than this beyond a flat picture's motion are one picture.
///
/// Measured in docs/liveness.md: a photograph, moved by hand, under noise and compression, against living faces.
const ONE_PICTURE: f32 = 0.45e-3;

/// Two frames further apart than this, in frames, are told to be one picture; a living face can stand still for less.
const STANDING: usize = 3;

/// Share of the frames that may have such a twin.
const TWINS: f32 = 0.5;

/// Neighbouring frames that differ more than this are of two takes.
const CUT: f32 = 80e-3;

/// From this median difference of distant frames on there is motion enough to tell the order of time by: twice what noise alone makes
/// of one picture.
const MOTION: f32 = 1e-3;

/// In the order of time less than this share of the others are nearer to a frame than its neighbour; see [`Motion::is_out_of_order`].
const DISORDER: f32 = 0.27;

/// Fewer comparisons of neighbours than this tell no order.
const LEAST: usize = 6;

/// The differences of a sequence's frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion<'a>(pub(crate) &'a [FrameChange]);

impl Motion<'_> {
    /// Whether at least half of the frames that can be compared show the same picture as one some frames away: a photograph, or
    /// some of them in turns.
    pub(crate) fn is_of_photographs(self, frames: usize) -> bool {
        let (mut compared, mut twins) = (vec![false; frames], vec![false; frames]);
        let far = self.0.iter().filter(|change| lag(change) >= STANDING);
        for change in far {
            for frame in [change.earlier, change.later] {
                compared[frame] = true;
                twins[frame] |= change.residual < ONE_PICTURE;
            }
        }
        let count = |of: &[bool]| of.iter().filter(|&&is| is).count() as f32;
        let compared = count(&compared);
        compared > 0.0 && count(&twins) >= TWINS * compared
    }

    /// Whether `later` follows on `earlier` in one take: step by step over the longest comparisons there are, none is of a cut. What
    /// cannot be reached in such steps does not.
    pub(crate) fn is_one_take(self, earlier: usize, later: usize) -> bool {
        let mut at = earlier;
        while at < later {
            let onwards = self.0.iter().filter(|it| it.earlier == at);
            let step = onwards
                .filter(|it| it.later <= later)
                .max_by_key(|it| it.later);
            // Written so that a value that is not a number is a cut.
            let Some(step) = step.filter(|it| it.residual <= CUT) else {
                return false;
            };
            at = step.later;
        }
        true
    }

    /// Whether the frames are in another order than that of time.
    ///
    /// In the order of time a frame is more like its neighbour than like others. This counts, over all frames, how often another is
    /// nearer to it than its neighbour is: half of the times in an order drawn by chance, however the person moved, as then no frame
    /// is more a neighbour than another. Measured in docs/liveness.md.
    pub(crate) fn is_out_of_order(self) -> bool {
        let neighbours: Vec<&FrameChange> = self.0.iter().filter(|it| lag(it) == 1).collect();
        let far: Vec<f32> = self
            .0
            .iter()
            .filter(|it| lag(it) >= STANDING)
            .map(|it| it.residual)
            .collect();
        let has_moved = median(far.iter().copied()).is_some_and(|far| far >= MOTION);
        if neighbours.len() < LEAST || far.len() < LEAST || !has_moved {
            return false;
        }
        let is_nearer = |near: &FrameChange| -> Vec<bool> {
            let ends = [near.earlier, near.later];
            let meets = |it: &&FrameChange| ends.contains(&it.earlier) || ends.contains(&it.later);
            let others = self.0.iter().filter(|it| lag(it) > 1).filter(meets);
            // In the total order a neighbour that is not a number is the furthest of all.
            others
                .map(|other| near.residual.total_cmp(&other.residual).is_gt())
                .collect()
        };
        let compared: Vec<bool> = neighbours.into_iter().flat_map(is_nearer).collect();
        let nearer = compared.iter().filter(|&&is| is).count();
        nearer as f32 > DISORDER * compared.len() as f32
    }
}

const fn lag(change: &FrameChange) -> usize {
    change.later - change.earlier
}

//! Shift, scale and turn about the middle of the output.

use face_types::Point;
use face_vision::SimilarityTransform;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::span::{Chance, Span, signed};
use crate::Placement;

/// Small errors of the detector's points, as a change of the placement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Geometry {
    /// How often.
    pub chance: Chance,
    /// Most shift along either axis, as a share of the output's side.
    pub shift: f32,
    /// Factors on the size of the face.
    pub scale: Span,
    /// Most turn to either side, in degrees.
    pub turn_deg: f32,
}

impl Default for Geometry {
    /// Within the rim of the crops in the packed shards: an output of their middle never shows more than a pixel beyond.
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            shift: 0.03,
            scale: Span::new(0.95, 1.05),
            turn_deg: 4.0,
        }
    }
}

impl Geometry {
    /// The placement, jittered, with its points.
    pub(super) fn jitter(&self, rng: &mut impl Rng, placement: &Placement) -> Placement {
        if !self.chance.happens(rng) {
            return *placement;
        }
        let change = self.draw(rng, placement.side as f32);
        Placement {
            transform: then(&placement.transform, &change),
            landmarks: placement
                .landmarks
                .map(|points| points.map(|point| change.apply(point))),
            ..*placement
        }
    }

    /// A change of the output that leaves its middle where it is but for the shift.
    fn draw(&self, rng: &mut impl Rng, side: f32) -> SimilarityTransform {
        let turn = (self.turn_deg * signed(rng)).to_radians();
        let scale = self.scale.draw(rng).max(0.1);
        let (a, b) = (scale * turn.cos(), scale * turn.sin());
        let middle = (side - 1.0) / 2.0;
        let shift = [signed(rng), signed(rng)].map(|share| share * self.shift * side);
        SimilarityTransform {
            a,
            b,
            tx: middle - a * middle + b * middle + shift[0],
            ty: middle - b * middle - a * middle + shift[1],
        }
    }
}

/// First `first`, then `second`.
fn then(first: &SimilarityTransform, second: &SimilarityTransform) -> SimilarityTransform {
    let shift = second.apply(Point::new(first.tx, first.ty));
    SimilarityTransform {
        a: second.a * first.a - second.b * first.b,
        b: second.b * first.a + second.a * first.b,
        tx: shift.x,
        ty: shift.y,
    }
}

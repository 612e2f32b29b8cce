//! What stays the same from one picture of a person to the next.

use crate::math::Vec3;

/// A person who does not exist: skull, features, skin, hair, glasses, beard and marks. Lengths are centimetres.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    pub(crate) skull: Skull,
    pub(crate) eyes: Eyes,
    pub(crate) brows: Brows,
    pub(crate) nose: Nose,
    pub(crate) mouth: Mouth,
    pub(crate) skin: Skin,
    pub(crate) hair: Hair,
    pub(crate) beard: Beard,
    pub(crate) glasses: Option<Glasses>,
}

/// The head without its features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Skull {
    /// Half the breadth above the ears.
    pub(crate) breadth: f32,
    /// From the line of the eyes up to the crown, and down to the chin.
    pub(crate) crown: f32,
    pub(crate) chin: f32,
    /// Shares of the breadth at cheekbone, jaw angle and chin.
    pub(crate) cheekbone: f32,
    pub(crate) jaw: f32,
    pub(crate) chin_width: f32,
    /// 0 (the face closes early, a round chin) to 1 (late, a square jaw).
    pub(crate) square: f32,
    /// Relief: brow ridge, cheeks, chin boss, slope of the forehead.
    pub(crate) ridge: f32,
    pub(crate) cheeks: f32,
    pub(crate) chin_boss: f32,
    pub(crate) forehead: f32,
    pub(crate) ears: f32,
    pub(crate) neck: f32,
    /// Seed of the irregularities that no named measure covers.
    pub(crate) field: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Eyes {
    /// Half the distance between the pupils.
    pub(crate) apart: f32,
    /// Half the width of the opening, half heights above and below.
    pub(crate) width: f32,
    pub(crate) upper: f32,
    pub(crate) lower: f32,
    /// Rise of the outer corner over the half width.
    pub(crate) tilt: f32,
    pub(crate) depth: f32,
    /// Height of the fold above the lid; 0 is a lid without a fold.
    pub(crate) crease: f32,
    pub(crate) lashes: f32,
    pub(crate) bags: f32,
    /// Make-up: strength and colour of the shadow, width of the liner.
    pub(crate) shadow: f32,
    pub(crate) shadow_colour: Vec3,
    pub(crate) liner: f32,
    pub(crate) iris: Vec3,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Brows {
    pub(crate) height: f32,
    pub(crate) thickness: f32,
    pub(crate) length: f32,
    pub(crate) arch: f32,
    pub(crate) slant: f32,
    pub(crate) density: f32,
    pub(crate) gap: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Nose {
    /// From the line of the eyes down to the tip.
    pub(crate) length: f32,
    pub(crate) height: f32,
    pub(crate) bridge: f32,
    /// Half widths of bridge and wings.
    pub(crate) bridge_width: f32,
    pub(crate) wings: f32,
    pub(crate) tip: f32,
    pub(crate) hump: f32,
    pub(crate) skew: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mouth {
    /// From the line of the eyes down to the lips' meeting.
    pub(crate) drop: f32,
    pub(crate) width: f32,
    pub(crate) upper: f32,
    pub(crate) lower: f32,
    pub(crate) bow: f32,
    pub(crate) colour: Vec3,
    pub(crate) forward: f32,
    pub(crate) skew: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Skin {
    pub(crate) tone: Vec3,
    pub(crate) blush: f32,
    pub(crate) freckles: f32,
    pub(crate) mottle: f32,
    /// 0 (smooth) to 1 (deeply lined).
    pub(crate) age: f32,
    pub(crate) shine: f32,
    /// Large patches of another tone: share of the face and what they multiply the tone with.
    pub(crate) patches: f32,
    pub(crate) patch_tint: Vec3,
    /// Moles and scars: place on the face, radius, darkness.
    pub(crate) marks: Vec<[f32; 4]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HairStyle {
    Bald,
    Buzz,
    Short,
    Parted,
    Fringe,
    Bob,
    Long,
    Afro,
    Receding,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hair {
    pub(crate) style: HairStyle,
    pub(crate) colour: Vec3,
    /// Height of the hairline above the eyes.
    pub(crate) line: f32,
    /// Depth of the corners of the hairline.
    pub(crate) corners: f32,
    pub(crate) thickness: f32,
    /// Side of the parting, -1 or 1.
    pub(crate) parting: f32,
    pub(crate) wave: f32,
}

/// Shares of cover, 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Beard {
    pub(crate) stubble: f32,
    pub(crate) moustache: f32,
    pub(crate) goatee: f32,
    pub(crate) cheeks: f32,
    pub(crate) colour: Vec3,
    /// Thickness in centimetres.
    pub(crate) bulk: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glasses {
    pub(crate) colour: Vec3,
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) rim: f32,
    /// 0 (round) to 1 (square).
    pub(crate) square: f32,
    pub(crate) drop: f32,
}

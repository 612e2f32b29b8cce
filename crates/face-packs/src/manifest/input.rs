//! How pixels become a network's input.

use face_types::{Landmarks, Point};
use serde::{Deserialize, Serialize};

/// Size and pixel form of a network's input; the batch is always 1 or dynamic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Order and range of the values.
    pub pixels: PixelSpec,
}

impl InputSpec {
    /// The tensor's shape for a batch of `batch` pictures.
    #[must_use]
    pub const fn shape(&self, batch: usize) -> [usize; 4] {
        self.pixels.shape(batch, self.width, self.height)
    }
}

/// Order and range of the values: 8-bit pixel `x` of channel `c` goes in as `(x - mean[c]) * scale[c]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PixelSpec {
    /// Planes or interleaved.
    pub layout: Layout,
    /// Which colour is channel 0.
    pub colour: Colour,
    /// Subtracted first, on the scale 0 to 255, in the order of `colour`.
    pub mean: [f32; 3],
    /// Multiplied next, in the order of `colour`.
    pub scale: [f32; 3],
}

impl PixelSpec {
    /// The shape of a batch of `batch` pictures of `width` by `height` pixels.
    #[must_use]
    pub const fn shape(&self, batch: usize, width: u32, height: u32) -> [usize; 4] {
        let (width, height) = (width as usize, height as usize);
        match self.layout {
            Layout::Nchw => [batch, 3, height, width],
            Layout::Nhwc => [batch, height, width, 3],
        }
    }
}

/// Order of the axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// `[batch, channel, row, column]`: one plane a colour.
    Nchw,
    /// `[batch, row, column, channel]`: colours interleaved.
    Nhwc,
}

/// Order of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colour {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// Where the five points lie in an aligned face: by name, or as fractions of its width and height.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "an alignment is \"arcface\" or five points [[x, y], ...] as fractions of width and height"
)]
pub enum Alignment {
    /// A convention that many networks share.
    Named(NamedAlignment),
    /// Eye, eye, nose, mouth corner, mouth corner, as seen in the picture from left to right.
    Points([[f32; 2]; 5]),
}

/// Alignments known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NamedAlignment {
    /// The five points of `ArcFace` (Deng et al., CVPR 2019), published for a side of 112 pixels.
    ArcFace,
}

/// The published points of [`NamedAlignment::ArcFace`], in pixels of a face of 112 by 112.
const ARCFACE_LANDMARKS_112: [[f32; 2]; 5] = [
    [38.2946, 51.6963],
    [73.5318, 51.5014],
    [56.0252, 71.7366],
    [41.5493, 92.3655],
    [70.7299, 92.2041],
];

impl Alignment {
    /// The points as fractions of width and height.
    #[must_use]
    pub fn fractions(&self) -> [[f32; 2]; 5] {
        match self {
            Self::Named(NamedAlignment::ArcFace) => {
                ARCFACE_LANDMARKS_112.map(|[x, y]| [x / 112.0, y / 112.0])
            }
            Self::Points(points) => *points,
        }
    }

    /// The points in pixels of an aligned face of `width` by `height`; whole numbers are pixel centres, as the
    /// networks here were trained with warps of that convention.
    #[must_use]
    pub fn landmarks(&self, width: u32, height: u32) -> Landmarks {
        Landmarks(
            self.fractions()
                .map(|[x, y]| Point::new(x * width as f32, y * height as f32)),
        )
    }
}

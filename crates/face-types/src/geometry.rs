//! Places in a picture. Unit: pixels of the upright picture (EXIF orientation applied); origin top left, y downwards.

use serde::{Deserialize, Serialize};

/// A place in a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; 2]", into = "[f32; 2]")]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the top edge.
    pub y: f32,
}

impl Point {
    /// The place `x` pixels from the left and `y` from the top.
    #[must_use]
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// Euclidean distance to `other`, in pixels.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The place half way to `other`.
    #[must_use]
    pub fn midpoint(self, other: Self) -> Self {
        Self::new(
            f32::midpoint(self.x, other.x),
            f32::midpoint(self.y, other.y),
        )
    }
}

impl From<[f32; 2]> for Point {
    fn from([x, y]: [f32; 2]) -> Self {
        Self { x, y }
    }
}

impl From<Point> for [f32; 2] {
    fn from(point: Point) -> Self {
        [point.x, point.y]
    }
}

/// An upright rectangle; it may reach beyond the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; 4]", into = "[f32; 4]")]
pub struct BoundingBox {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width, never negative.
    pub width: f32,
    /// Height, never negative.
    pub height: f32,
}

impl BoundingBox {
    /// A box from its left and top edge, width and height; negative sizes become zero.
    #[must_use]
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self {
            x,
            y,
            width: width.max(0.0),
            height: height.max(0.0),
        }
    }

    /// Area in square pixels.
    #[must_use]
    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// The middle of the box.
    #[must_use]
    pub fn centre(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The part of the box that lies in `other` too; empty boxes have no area.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (left, top) = (self.x.max(other.x), self.y.max(other.y));
        let right = (self.x + self.width).min(other.x + other.width);
        let bottom = (self.y + self.height).min(other.y + other.height);
        Self::new(left, top, right - left, bottom - top)
    }

    /// Intersection over union with `other`, 0 to 1; 0 when both are empty.
    #[must_use]
    pub fn iou(&self, other: &Self) -> f32 {
        let common = self.intersection(other).area();
        let union = self.area() + other.area() - common;
        if union > 0.0 { common / union } else { 0.0 }
    }
}

impl From<[f32; 4]> for BoundingBox {
    fn from([x, y, width, height]: [f32; 4]) -> Self {
        Self::new(x, y, width, height)
    }
}

impl From<BoundingBox> for [f32; 4] {
    fn from(b: BoundingBox) -> Self {
        [b.x, b.y, b.width, b.height]
    }
}

/// The five points of a face: eye, eye, nose tip, mouth corner, mouth corner.
///
/// Left and right are as seen in the picture: the first eye is the one nearer the left edge, which on an upright,
/// unmirrored photograph is the person's right eye.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Landmarks(pub [Point; 5]);

impl Landmarks {
    /// Eye on the left of the picture.
    #[must_use]
    pub const fn left_eye(&self) -> Point {
        self.0[0]
    }

    /// Eye on the right of the picture.
    #[must_use]
    pub const fn right_eye(&self) -> Point {
        self.0[1]
    }

    /// Tip of the nose.
    #[must_use]
    pub const fn nose(&self) -> Point {
        self.0[2]
    }

    /// Mouth corner on the left of the picture.
    #[must_use]
    pub const fn left_mouth(&self) -> Point {
        self.0[3]
    }

    /// Mouth corner on the right of the picture.
    #[must_use]
    pub const fn right_mouth(&self) -> Point {
        self.0[4]
    }

    /// Distance between the eye centres in pixels (ISO/IEC 29794-5: inter-eye distance).
    #[must_use]
    pub fn eye_distance(&self) -> f32 {
        self.left_eye().distance(self.right_eye())
    }

    /// The landmarks with every point passed through `map`.
    #[must_use]
    pub fn map(&self, map: impl FnMut(Point) -> Point) -> Self {
        Self(self.0.map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_overlaps_itself_wholly_and_a_distant_one_not_at_all() {
        let face = BoundingBox::new(10.0, 20.0, 30.0, 40.0);
        assert!((face.iou(&face) - 1.0).abs() < f32::EPSILON);
        assert!(face.iou(&BoundingBox::new(100.0, 100.0, 5.0, 5.0)).abs() < f32::EPSILON);
    }

    #[test]
    fn half_covered_boxes_have_the_iou_worked_by_hand() {
        let (left, right) = (
            BoundingBox::new(0.0, 0.0, 2.0, 1.0),
            BoundingBox::new(1.0, 0.0, 2.0, 1.0),
        );
        assert!((left.iou(&right) - 1.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn geometry_is_written_as_plain_numbers() {
        let face = BoundingBox::new(1.0, 2.0, 3.0, 4.0);
        assert_eq!(serde_json::to_string(&face).unwrap(), "[1.0,2.0,3.0,4.0]");
        assert_eq!(
            serde_json::to_string(&Point::new(1.0, 2.5)).unwrap(),
            "[1.0,2.5]"
        );
    }
}

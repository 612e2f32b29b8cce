//! The border of a phone, a tablet or a sheet of paper around a face.

mod lines;
mod quadrilateral;
#[cfg(test)]
mod tests;
mod window;

use face_types::BoundingBox;
use image::RgbImage;

use self::lines::Candidates;
use self::window::Window;

/// How surely the face lies in something held, roughly rectangular, whose border the picture shows: 0 (no border) to 1.
///
/// Straight edges are looked for to the left, right, above and below the face, up to 2 faces away and tilted by 25 degrees at most, three of
/// which must be seen and make a quadrilateral. A border counts by its weakest parts, less what goes on beyond its corners, as the
/// edges of a door or a shelf do. What came of it with simulated phones and real rooms is in docs/liveness.md. Whoever holds the screen
/// so near that its border leaves the picture is not found by this.
#[must_use]
pub fn border(picture: &RgbImage, face: &BoundingBox) -> f32 {
    let Some(window) = Window::about(picture, face) else {
        return 0.0;
    };
    quadrilateral::best(&window, &Candidates::of(&window))
}

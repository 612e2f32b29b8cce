//! A picture that is borrowed from a larger store of pixels.

use image::RgbImage;

/// The pixels of one picture: RGB, 8 bits a channel, row by row from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CropView<'a> {
    pixels: &'a [u8],
    width: u32,
    height: u32,
}

impl<'a> CropView<'a> {
    /// `pixels` as a picture of `width` x `height`; `None` unless both are positive and there are three bytes a pixel.
    #[must_use]
    pub const fn new(pixels: &'a [u8], width: u32, height: u32) -> Option<Self> {
        let is_whole = pixels.len() as u64 == 3 * width as u64 * height as u64;
        if is_whole && !pixels.is_empty() {
            Some(Self {
                pixels,
                width,
                height,
            })
        } else {
            None
        }
    }

    /// The picture; `None` when it has no pixels.
    #[must_use]
    pub fn of(picture: &'a RgbImage) -> Option<Self> {
        Self::new(picture.as_raw(), picture.width(), picture.height())
    }

    /// All bytes, three a pixel.
    #[must_use]
    pub const fn pixels(&self) -> &'a [u8] {
        self.pixels
    }

    /// Pixels across.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Pixels down.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// A copy that owns its pixels.
    #[must_use]
    pub fn to_image(&self) -> RgbImage {
        RgbImage::from_raw(self.width, self.height, self.pixels.to_vec())
            .expect("a view has three bytes a pixel")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_needs_three_bytes_for_every_pixel() {
        assert!(CropView::new(&[0; 12], 2, 2).is_some());
        assert!(CropView::new(&[0; 11], 2, 2).is_none());
        assert!(CropView::new(&[], 0, 2).is_none());
    }

    #[test]
    fn a_view_becomes_the_picture_it_was_taken_from() {
        let picture = RgbImage::from_fn(3, 2, |x, y| image::Rgb([x as u8, y as u8, 9]));
        let view = CropView::of(&picture).unwrap();
        assert_eq!((view.width(), view.height()), (3, 2));
        assert_eq!(view.to_image(), picture);
    }
}

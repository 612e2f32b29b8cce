//! Hostile bytes to an upright RGB picture, within limits that are checked before a pixel is decoded.

mod container;
#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

/// What a picture may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Longest encoded picture, in bytes.
    pub max_bytes: usize,
    /// Most pixels, width times height.
    pub max_pixels: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            max_pixels: 40_000_000,
        }
    }
}

/// The formats that are read; recognised by their first bytes, never by a name or content type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// Baseline or progressive JPEG: grey, `YCbCr`, RGB, CMYK, YCCK.
    Jpeg,
    /// PNG of any colour type and depth.
    Png,
    /// Lossy, lossless or animated WebP.
    WebP,
    /// Windows bitmap.
    Bmp,
}

/// What the header of a picture says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Pixels across, once upright.
    pub width: u32,
    /// Pixels down, once upright.
    pub height: u32,
    /// How it is encoded.
    pub format: PictureFormat,
    /// The EXIF orientation: what has to be done to the stored pixels to stand upright.
    pub orientation: Orientation,
}

/// Why bytes are not a picture that can be used.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The file is longer than [`DecodeLimits::max_bytes`].
    #[error("the picture has {bytes} bytes, at most {limit} are read")]
    TooManyBytes {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The header announces more than [`DecodeLimits::max_pixels`].
    #[error("the picture has {width}x{height} pixels, at most {limit} are read")]
    TooManyPixels {
        /// Pixels across, as stored.
        width: u32,
        /// Pixels down, as stored.
        height: u32,
        /// Pixels allowed.
        limit: u64,
    },
    /// Not JPEG, PNG, WebP or BMP, or a kind of these that is not read (arithmetic-coded JPEG, for one).
    #[error("the picture is not in a format that is read (JPEG, PNG, WebP, BMP)")]
    Unsupported,
    /// No bytes, or a picture without pixels.
    #[error("the picture is empty")]
    Empty,
    /// The bytes break the rules of their format, or end too early.
    #[error("the picture is broken")]
    Broken(#[source] ImageError),
}

impl From<ImageError> for DecodeError {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Unsupported(_) => Self::Unsupported,
            other => Self::Broken(other),
        }
    }
}

/// Reads the header alone; no pixel is decoded, so a decompression bomb costs no more than its bytes.
///
/// # Errors
/// Every [`DecodeError`]; a picture that passes may still turn out broken in [`decode`].
pub fn inspect(bytes: &[u8], limits: &DecodeLimits) -> Result<Header, DecodeError> {
    let (mut decoder, format) = open(bytes, limits)?;
    let orientation = orientation(&mut decoder);
    let (width, height) = decoder.dimensions();
    let (width, height) = if lies_on_its_side(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    Ok(Header {
        width,
        height,
        format,
        orientation,
    })
}

/// The picture as upright RGB, 8 bits a channel: EXIF orientation applied, 16-bit channels rounded to 8.
///
/// Transparent pixels are laid over white, as a page shows them: the colour hidden under full transparency is whatever
/// the program that cut the portrait out left there. Of an animated WebP the first frame is taken. ICC profiles are
/// ignored. A JPEG without its end marker is refused as truncated although decoders would fill the rest with grey:
/// an upload that broke off must not become a template of half a face.
///
/// # Errors
/// [`DecodeError`]: too large (before any pixel is decoded), unsupported, empty, broken or truncated.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<RgbImage, DecodeError> {
    let (mut decoder, format) = open(bytes, limits)?;
    container::check_whole(bytes, format, limits)?;
    let orientation = orientation(&mut decoder);
    let stored = DynamicImage::from_decoder(decoder)?;
    let mut upright = DynamicImage::ImageRgb8(over_white(stored));
    upright.apply_orientation(orientation);
    Ok(upright.into_rgb8())
}

fn open<'a>(
    bytes: &'a [u8],
    limits: &DecodeLimits,
) -> Result<(impl ImageDecoder + 'a, PictureFormat), DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if bytes.len() > limits.max_bytes {
        return Err(DecodeError::TooManyBytes {
            bytes: bytes.len(),
            limit: limits.max_bytes,
        });
    }
    let (format, image_format) = recognise(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), image_format);
    reader.limits(decoder_limits(limits));
    let decoder = reader.into_decoder()?;
    check_pixels(decoder.dimensions(), limits)?;
    Ok((decoder, format))
}

fn recognise(bytes: &[u8]) -> Result<(PictureFormat, ImageFormat), DecodeError> {
    let format = image::guess_format(bytes).map_err(|_| DecodeError::Unsupported)?;
    match format {
        ImageFormat::Jpeg => Ok((PictureFormat::Jpeg, format)),
        ImageFormat::Png => Ok((PictureFormat::Png, format)),
        ImageFormat::WebP => Ok((PictureFormat::WebP, format)),
        ImageFormat::Bmp => Ok((PictureFormat::Bmp, format)),
        _ => Err(DecodeError::Unsupported),
    }
}

/// Eight bytes a pixel hold the widest format (16-bit RGBA); the decoder's tables and side chunks share the same sum again.
fn decoder_limits(limits: &DecodeLimits) -> Limits {
    const SMALLEST: u64 = 1 << 20;
    let mut strict = Limits::no_limits();
    strict.max_alloc = Some(limits.max_pixels.saturating_mul(16).max(SMALLEST));
    strict
}

fn check_pixels((width, height): (u32, u32), limits: &DecodeLimits) -> Result<(), DecodeError> {
    if width == 0 || height == 0 {
        return Err(DecodeError::Empty);
    }
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(DecodeError::TooManyPixels {
            width,
            height,
            limit: limits.max_pixels,
        });
    }
    Ok(())
}

/// A broken EXIF block does not cost the picture: it then counts as upright.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    decoder.orientation().unwrap_or(Orientation::NoTransforms)
}

fn lies_on_its_side(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(
        orientation,
        Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH
    )
}

fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let source = picture.into_rgba8();
    let mut target = RgbImage::new(source.width(), source.height());
    for (to, from) in target.pixels_mut().zip(source.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u16::from);
        to.0 = [red, green, blue].map(|c| ((c * alpha + 255 * (255 - alpha) + 127) / 255) as u8);
    }
    target
}

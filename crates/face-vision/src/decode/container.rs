//! Checks of the container that the decoders leave out: is the file whole, and is the inner frame as small as the outer says.

use std::io::ErrorKind;

use image::ImageError;

use super::{DecodeError, DecodeLimits, PictureFormat, check_pixels};

/// Refuses what a decoder would accept but should not see.
///
/// # Errors
/// [`DecodeError::Broken`] for a JPEG or WebP that ends early, [`DecodeError::TooManyPixels`] for a WebP whose frame is
/// larger than its canvas allows.
pub(super) fn check_whole(
    bytes: &[u8],
    format: PictureFormat,
    limits: &DecodeLimits,
) -> Result<(), DecodeError> {
    match format {
        PictureFormat::Jpeg if !jpeg_ends(bytes) => Err(truncated()),
        PictureFormat::WebP if !riff_ends(bytes) => Err(truncated()),
        PictureFormat::WebP => check_webp_frames(bytes, limits),
        PictureFormat::Jpeg | PictureFormat::Png | PictureFormat::Bmp => Ok(()),
    }
}

fn truncated() -> DecodeError {
    DecodeError::Broken(ImageError::IoError(ErrorKind::UnexpectedEof.into()))
}

/// Whether a walk over the markers (ITU-T T.81, annex B) meets the end-of-image marker of the picture itself; thumbnails
/// within application segments are stepped over, bytes after the end do not matter.
fn jpeg_ends(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(marker) = next_marker(bytes, &mut at) {
        match marker {
            0xD9 => return true,
            // A stuffed zero, restart markers, TEM and a second start carry no length.
            0x00 | 0x01 | 0xD0..=0xD8 => {}
            _ => match bytes.get(at..at + 2) {
                Some(length) => at += usize::from(u16::from_be_bytes([length[0], length[1]])),
                None => return false,
            },
        }
    }
    false
}

/// The byte after the next run of 0xFF; `at` then points past it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    let rest = bytes.get(*at..)?;
    let start = rest.iter().position(|&byte| byte == 0xFF)?;
    let fill = rest[start..].iter().position(|&byte| byte != 0xFF)?;
    *at += start + fill + 1;
    Some(rest[start + fill])
}

/// Whether all the bytes that the RIFF header announces are there.
fn riff_ends(bytes: &[u8]) -> bool {
    let announced = read_u32(bytes, 4).map_or(usize::MAX, |size| size as usize);
    bytes.len() >= announced.saturating_add(8)
}

/// The decoder compares a lossy frame with its canvas only after decoding it, so a 1x1 canvas could hide a frame of
/// 268 million pixels.
fn check_webp_frames(bytes: &[u8], limits: &DecodeLimits) -> Result<(), DecodeError> {
    const RIFF_HEADER: usize = 12;
    const ANMF_HEADER: usize = 16;
    let mut at = RIFF_HEADER;
    while let (Some(kind), Some(size)) = (bytes.get(at..at + 4), read_u32(bytes, at + 4)) {
        let payload = at + 8;
        match kind {
            b"VP8 " => check_vp8_frame(&bytes[payload..], limits)?,
            // The frame's own chunks lie within: go on there.
            b"ANMF" => {
                at = payload + ANMF_HEADER;
                continue;
            }
            _ => {}
        }
        let padded = (size as usize).saturating_add(size as usize & 1);
        at = payload.saturating_add(padded);
    }
    Ok(())
}

/// A key frame's size: two 14-bit numbers after the frame tag and start code (RFC 6386, 9.1).
fn check_vp8_frame(frame: &[u8], limits: &DecodeLimits) -> Result<(), DecodeError> {
    let Some(size) = read_u32(frame, 6) else {
        return Err(truncated());
    };
    check_pixels((size & 0x3FFF, size >> 16 & 0x3FFF), limits)
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

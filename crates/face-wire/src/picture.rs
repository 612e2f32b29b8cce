//! Pictures and templates as text: base64, with or without the `data:` prefix browsers put before it.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

/// Standard alphabet; padding may be missing, as in pictures sent by scripts.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The text is no base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureTextError {
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// A `data:` URL without `;base64,`.
    #[error("is a data: URL without `;base64,`")]
    DataUrl,
    /// A character that base64 does not have, or a length it cannot have.
    #[error("is not base64")]
    Base64,
}

/// The bytes of a picture from base64 text; a `data:image/…;base64,` prefix and line breaks are accepted.
///
/// # Errors
/// [`PictureTextError`]; the text itself is never repeated in the error.
pub fn decode(text: &str) -> Result<Bytes, PictureTextError> {
    let text = text.trim();
    let payload = match text.strip_prefix("data:") {
        Some(rest) => {
            rest.split_once(";base64,")
                .ok_or(PictureTextError::DataUrl)?
                .1
        }
        None => text,
    };
    if payload.is_empty() {
        return Err(PictureTextError::Empty);
    }
    let decoded = if payload.bytes().any(|b| b.is_ascii_whitespace()) {
        LENIENT.decode(payload.split_ascii_whitespace().collect::<String>())
    } else {
        LENIENT.decode(payload)
    };
    decoded
        .map(Bytes::from)
        .map_err(|_| PictureTextError::Base64)
}

/// Base64 text of a picture.
#[must_use]
pub fn encode(picture: &[u8]) -> String {
    LENIENT.encode(picture)
}

/// Base64 text of a template's values as little-endian `f32`.
#[must_use]
pub fn encode_values(values: &[f32]) -> String {
    LENIENT.encode(
        values
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect::<Vec<u8>>(),
    )
}

/// A template's values from base64 text of little-endian `f32`.
///
/// # Errors
/// [`PictureTextError::Base64`] when it is no base64 or no whole number of values.
pub fn decode_values(text: &str) -> Result<Vec<f32>, PictureTextError> {
    let bytes = LENIENT.decode(text).map_err(|_| PictureTextError::Base64)?;
    let (values, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() {
        Ok(values.iter().map(|v| f32::from_le_bytes(*v)).collect())
    } else {
        Err(PictureTextError::Base64)
    }
}

/// The media type of an encoded picture, from its first bytes; `application/octet-stream` when they tell nothing.
#[must_use]
pub fn media_type(picture: &[u8]) -> &'static str {
    match picture {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [b'B', b'M', ..] => "image/bmp",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_browsers_and_scripts_send_are_read() {
        for text in [
            "aGVsbG8=",
            "aGVsbG8",
            " aGVs\nbG8= ",
            "data:image/png;base64,aGVsbG8=",
        ] {
            assert_eq!(decode(text).as_deref(), Ok(b"hello".as_slice()), "{text}");
        }
    }

    #[test]
    fn broken_text_is_named() {
        assert_eq!(decode("@@@"), Err(PictureTextError::Base64));
        assert_eq!(decode(" "), Err(PictureTextError::Empty));
        assert_eq!(decode("data:image/png,abc"), Err(PictureTextError::DataUrl));
    }

    #[test]
    fn values_survive_the_wire_bit_for_bit() {
        let values = [1.0, -0.25, f32::MIN_POSITIVE];
        assert_eq!(decode_values(&encode_values(&values)).unwrap(), values);
        assert!(decode_values("AAAA").is_err());
    }
}

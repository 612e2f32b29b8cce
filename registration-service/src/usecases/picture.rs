//! What is checked of a picture before it is shown to the networks: text, size, kind.

use bytes::Bytes;
use face_store::Mark;
use face_vision::{DecodeError, DecodeLimits, inspect};
use face_wire::picture::{PictureTextError, decode};
use sha2::{Digest as _, Sha256};

/// Why a picture is not shown to the networks.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PictureFault {
    /// There is no text.
    #[error("the picture is missing")]
    Missing,
    /// Broken base64.
    #[error("the picture's text {0}")]
    Text(PictureTextError),
    /// Too many bytes or pixels.
    #[error("{0}")]
    TooLarge(DecodeError),
    /// Not a kind of picture that is read.
    #[error("{0}")]
    Kind(DecodeError),
    /// A broken header.
    #[error("{0}")]
    Broken(DecodeError),
}

/// An encoded picture whose size and kind are acceptable; no pixel of it has been decoded.
#[derive(Clone)]
pub(crate) struct Picture(Bytes);

impl Picture {
    /// The picture in `text`: base64, with or without a `data:` prefix.
    ///
    /// # Errors
    /// [`PictureFault`].
    pub(crate) fn from_text(text: &str) -> Result<Self, PictureFault> {
        let bytes = decode(text).map_err(|error| match error {
            PictureTextError::Empty => PictureFault::Missing,
            PictureTextError::DataUrl | PictureTextError::Base64 => PictureFault::Text(error),
        })?;
        match inspect(&bytes, &DecodeLimits::default()) {
            Ok(_) => Ok(Self(bytes)),
            Err(error @ (DecodeError::TooManyBytes { .. } | DecodeError::TooManyPixels { .. })) => {
                Err(PictureFault::TooLarge(error))
            }
            Err(error @ DecodeError::Unsupported) => Err(PictureFault::Kind(error)),
            Err(error @ (DecodeError::Empty | DecodeError::Broken(_))) => {
                Err(PictureFault::Broken(error))
            }
        }
    }

    /// Tells it from every other picture, and nothing of what it shows.
    pub(crate) fn mark(&self) -> Mark {
        Mark(Sha256::digest(&self.0).into())
    }

    /// The encoded bytes.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use face_wire::picture::encode;

    use super::*;

    /// The header of a bitmap of `side` x `side` pixels.
    fn bitmap(side: u32) -> Vec<u8> {
        let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bytes.extend(side.to_le_bytes());
        bytes.extend(side.to_le_bytes());
        bytes.extend([1, 0, 24, 0]);
        bytes.extend([0; 24]);
        bytes
    }

    #[test]
    fn a_header_within_the_limits_is_enough() {
        assert!(Picture::from_text(&encode(&bitmap(100))).is_ok());
    }

    #[test]
    fn a_header_that_announces_a_flood_is_refused() {
        let answer = Picture::from_text(&encode(&bitmap(30_000)));
        assert!(matches!(answer, Err(PictureFault::TooLarge(_))));
    }

    #[test]
    fn what_is_no_picture_is_named() {
        let fault = |text: &str| Picture::from_text(text).err();
        assert!(matches!(fault(" "), Some(PictureFault::Missing)));
        assert!(matches!(fault("@@@"), Some(PictureFault::Text(_))));
        assert!(matches!(
            fault(&encode(b"hello world")),
            Some(PictureFault::Kind(_))
        ));
        assert!(matches!(
            fault(&encode(b"\x89PNG\r\n\x1a\n")),
            Some(PictureFault::Broken(_))
        ));
    }
}

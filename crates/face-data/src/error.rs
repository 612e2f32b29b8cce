//! Why a set of pictures cannot be read.

use std::path::PathBuf;

use face_vision::DecodeError;

/// Why a set of pictures cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A picture is not one, or too large.
    #[error("{name} cannot be decoded")]
    Decode {
        /// The picture's name in its set.
        name: String,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// A crop has another size than its set.
    #[error("{name} has {width}x{height} pixels, the crops of the set have {side}x{side}")]
    Size {
        /// The crop's name.
        name: String,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
        /// The side that was expected, in pixels.
        side: u32,
    },
    /// A picture that a list names is not in the set.
    #[error("{name} is not in {within}")]
    Missing {
        /// The picture's name.
        name: String,
        /// Where it was looked for.
        within: String,
    },
    /// A line of a list does not follow its format.
    #[error("{path}, line {line}: {reason}")]
    Line {
        /// The list.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
        /// What was expected.
        reason: &'static str,
    },
    /// A place has no picture in the expected layout.
    #[error("{path} holds no picture in the layout {layout}")]
    Empty {
        /// The folder or archive.
        path: PathBuf,
        /// The layout that was expected.
        layout: &'static str,
    },
}

/// An error about `path`, for `map_err`.
pub(crate) fn reading(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> DataError {
    let path = path.into();
    |source| DataError::Read { path, source }
}

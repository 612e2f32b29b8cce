//! Where the bytes of a picture are, and what pictures a folder or a tar file has.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::DataError;
use crate::error::reading;

/// Where the encoded bytes of a picture are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of its own.
    File(PathBuf),
    /// A slice of a tar file.
    Slice {
        /// The tar file.
        archive: Arc<Path>,
        /// First byte of the picture.
        start: u64,
        /// How many bytes it has.
        bytes: u64,
    },
    /// In memory.
    Memory(Arc<[u8]>),
}

/// The longest file that is read, in bytes; [`face_vision::DecodeLimits`] refuses longer ones as well.
const LONGEST: u64 = 64 * 1024 * 1024;

impl Source {
    /// The encoded bytes; what is longer than 64 MiB is cut and will not decode.
    ///
    /// # Errors
    /// [`DataError::Read`].
    pub fn read(&self) -> Result<Vec<u8>, DataError> {
        match self {
            Self::File(path) => read_slice(path, 0, LONGEST).map_err(reading(path)),
            Self::Slice {
                archive,
                start,
                bytes,
            } => read_slice(archive, *start, (*bytes).min(LONGEST)).map_err(reading(&**archive)),
            Self::Memory(bytes) => Ok(bytes.to_vec()),
        }
    }
}

fn read_slice(path: &Path, start: u64, most: u64) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Endings of the files that [`face_vision::decode`] can read.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "webp", "bmp"];

/// The pictures of a folder (all levels down) or a tar file: path within it, `/` between its parts, and source.
pub(super) fn list(path: &Path) -> Result<Vec<(String, Source)>, DataError> {
    let mut files = Vec::new();
    if path.is_dir() {
        list_folder(path, "", &mut files)?;
    } else {
        list_tar(path, &mut files).map_err(reading(path))?;
    }
    files.retain(|(name, _)| is_picture(name));
    Ok(files)
}

fn is_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(ending))
}

/// Hidden files and links to folders are left out: the latter may lead in circles.
fn list_folder(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<(String, Source)>,
) -> Result<(), DataError> {
    for entry in std::fs::read_dir(folder).map_err(reading(folder))? {
        let entry = entry.map_err(reading(folder))?;
        let kind = entry.file_type().map_err(reading(folder))?;
        let file_name = entry.file_name();
        let Some(name) = file_name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        if kind.is_dir() {
            list_folder(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else {
            files.push((format!("{prefix}{name}"), Source::File(entry.path())));
        }
    }
    Ok(())
}

fn list_tar(path: &Path, files: &mut Vec<(String, Source)>) -> std::io::Result<()> {
    let archive: Arc<Path> = path.into();
    let mut tar = tar::Archive::new(File::open(path)?);
    for entry in tar.entries_with_seek()? {
        let entry = entry?;
        let source = Source::Slice {
            archive: Arc::clone(&archive),
            start: entry.raw_file_position(),
            bytes: entry.size(),
        };
        if entry.header().entry_type().is_file()
            && let Some(name) = entry.path()?.to_str()
        {
            files.push((name.trim_start_matches("./").to_owned(), source));
        }
    }
    Ok(())
}

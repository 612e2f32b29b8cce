//! The data folder's memory of its pack: one small file beside the people.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use face_packs::Pack;
use serde::{Deserialize, Serialize};

/// The file's name in the data folder.
const FILE: &str = "networks.json";

/// The pack that a data folder began with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// The pack's name.
    pub(super) pack: String,
    /// The model that its templates are bound to.
    pub(super) model: String,
    /// Where the pack lay.
    pub(super) folder: PathBuf,
}

impl Memory {
    /// What there is to keep of `pack`.
    pub(super) fn of(pack: &Pack) -> Result<Self> {
        let folder =
            std::path::absolute(pack.folder()).context("the pack's folder has no absolute path")?;
        let manifest = pack.manifest();
        Ok(Self {
            pack: manifest.name.clone(),
            model: manifest.model_id().to_string(),
            folder,
        })
    }

    /// The memory of the data folder `data`, if it has one.
    pub(super) fn read(data: &Path) -> Result<Option<Self>> {
        let path = data.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let memory = serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged", path.display()))?;
        Ok(Some(memory))
    }

    /// Writes the memory, whole or not at all.
    pub(super) fn write(&self, data: &Path) -> Result<()> {
        let path = data.join(FILE);
        let write = || {
            std::fs::create_dir_all(data)?;
            let text = serde_json::to_string_pretty(self)?;
            let new = path.with_added_extension("new");
            std::fs::write(&new, text)?;
            std::fs::rename(new, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_read_as_it_was_written() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("not/there/yet");
        assert_eq!(Memory::read(&folder).unwrap(), None);
        let memory = Memory {
            pack: "a".to_owned(),
            model: "sha256:b".to_owned(),
            folder: "/c".into(),
        };
        memory.write(&folder).unwrap();
        assert_eq!(Memory::read(&folder).unwrap(), Some(memory));
        std::fs::write(folder.join(FILE), "{").unwrap();
        assert!(
            Memory::read(&folder)
                .unwrap_err()
                .to_string()
                .contains("damaged")
        );
    }
}

//! A pack whose detector reports less sure faces too, so that its whole curve can be drawn.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use face_packs::{PACK_FILE, Pack};

/// Score from which on faces are reported.
const LOWEST: f32 = 0.1;

/// A copy of a pack with a lower detection threshold, gone when this is dropped.
pub(super) struct Lowered {
    folder: PathBuf,
    pack: Pack,
}

impl Lowered {
    /// Copies `pack`.
    pub(super) fn of(pack: &Pack) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("lab-evaluate-{}-{count}", std::process::id()));
        std::fs::create_dir(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let copied = copy(pack, &folder);
        match copied {
            Ok(pack) => Ok(Self { folder, pack }),
            Err(error) => {
                remove(&folder);
                Err(error)
            }
        }
    }

    /// The copy.
    pub(super) const fn pack(&self) -> &Pack {
        &self.pack
    }
}

impl Drop for Lowered {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

/// What is left behind lies in the system's folder for such things; there is nobody to tell.
fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}

fn copy(pack: &Pack, folder: &Path) -> Result<Pack> {
    let mut manifest = pack.manifest().clone();
    manifest.detector.score_threshold = manifest.detector.score_threshold.min(LOWEST);
    for (_, weights) in pack.manifest().networks() {
        std::fs::copy(
            pack.folder().join(&weights.file),
            folder.join(&weights.file),
        )
        .with_context(|| format!("cannot copy {}", weights.file))?;
    }
    std::fs::write(folder.join(PACK_FILE), toml::to_string(&manifest)?)?;
    Ok(Pack::open(folder)?)
}

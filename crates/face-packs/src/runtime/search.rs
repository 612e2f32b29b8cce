//! Where ONNX Runtime may lie on this machine.

use std::path::{Path, PathBuf};

use super::{RuntimeError, cache};

/// What the library's file is called on this system.
pub(super) const LIBRARY_NAME: &str = if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

/// What the search needs to know of the machine; [`Search::of_this_machine`] asks it.
#[derive(Debug, Clone)]
pub struct Search {
    /// The library's file, where it was named (`ORT_DYLIB_PATH`): then no other is tried.
    pub library: Option<PathBuf>,
    /// Folders in which the system keeps libraries.
    pub system_folders: Vec<PathBuf>,
    /// Folder for fetched libraries, shared by all versions of this program.
    pub cache: PathBuf,
    /// What the processor can do.
    pub cpu: Cpu,
}

/// What the processor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpu {
    /// Whether it has the vector instructions that every published build of ONNX Runtime uses.
    pub has_avx: bool,
}

impl Cpu {
    /// The processor this runs on; other architectures than x86-64 have their vectors always.
    #[must_use]
    pub fn of_this_machine() -> Self {
        #[cfg(target_arch = "x86_64")]
        let has_avx = std::is_x86_feature_detected!("avx");
        #[cfg(not(target_arch = "x86_64"))]
        let has_avx = true;
        Self { has_avx }
    }

    /// Refuses a processor on which the library would stop the program with an illegal instruction.
    pub(super) const fn check(self) -> Result<(), RuntimeError> {
        if self.has_avx {
            Ok(())
        } else {
            Err(RuntimeError::NoAvx)
        }
    }
}

impl Search {
    /// The search on this machine: `ORT_DYLIB_PATH`, the system's folders, and the cache folder: `WHOS_THAT_CACHE`, else
    /// `whos-that` in `$XDG_CACHE_HOME`, `~/.cache` or, on macOS, `~/Library/Caches`.
    #[must_use]
    pub fn of_this_machine() -> Self {
        let variable = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home_cache = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        };
        let caches =
            variable("XDG_CACHE_HOME").or_else(|| Some(std::env::home_dir()?.join(home_cache)));
        let caches = caches.unwrap_or_else(std::env::temp_dir);
        Self {
            library: variable("ORT_DYLIB_PATH"),
            system_folders: system_folders(),
            cache: variable("WHOS_THAT_CACHE").unwrap_or_else(|| caches.join("whos-that")),
            cpu: Cpu::of_this_machine(),
        }
    }

    /// The files to try, best first: the system's, then the cache's.
    pub(super) fn candidates(&self) -> Vec<PathBuf> {
        let system = self
            .system_folders
            .iter()
            .flat_map(|folder| libraries_in(folder));
        system.chain(cache::library(&self.cache)).collect()
    }
}

fn system_folders() -> Vec<PathBuf> {
    let multiarch = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let folders = [
        "/usr/local/lib",
        "/opt/homebrew/lib",
        &multiarch,
        "/usr/lib64",
        "/usr/lib",
    ];
    folders.iter().map(PathBuf::from).collect()
}

/// The ONNX Runtimes in `folder`, newest version first: `libonnxruntime.so`, `libonnxruntime.so.1.29.0`,
/// `libonnxruntime.1.29.0.dylib`; links to one file count once.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries
        .map(|entry| entry.path())
        .filter(|path| version_in_name(path).is_some());
    let mut files: Vec<PathBuf> = files.filter_map(|path| path.canonicalize().ok()).collect();
    files.sort_by_key(|path| std::cmp::Reverse((version_in_name(path), path.clone())));
    files.dedup();
    files
}

/// The numbers in a library's file name, `None` when it is not ONNX Runtime's.
fn version_in_name(path: &Path) -> Option<Vec<u32>> {
    let rest = path
        .file_name()?
        .to_str()?
        .strip_prefix("libonnxruntime.")?;
    let version = if cfg!(target_os = "macos") {
        rest.strip_suffix("dylib")?
    } else {
        rest.strip_prefix("so")?
    };
    let numbers = version.split('.').filter(|part| !part.is_empty());
    numbers.map(|part| part.parse().ok()).collect()
}

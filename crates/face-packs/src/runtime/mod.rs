//! ONNX Runtime, the library that runs the networks: found, or fetched once, and loaded.

mod artefacts;
mod cache;
mod fetch;
mod search;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub use artefacts::{FETCHED_VERSION, RuntimeRelease};
use fetch::Fetcher;
use ort::environment::Environment;
pub use search::{Cpu, Search};

use crate::Progress;
use crate::pack::lines;

/// The oldest ONNX Runtime that can be used.
pub const OLDEST_VERSION: &str = "1.24";

/// ONNX Runtime, loaded; one a process, cheap to clone.
#[derive(Debug, Clone)]
pub struct OnnxRuntime {
    environment: Environment,
    library: PathBuf,
}

/// Why ONNX Runtime is not there.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The machine's processor lacks instructions that every published build uses.
    #[error(
        "this processor has no AVX instructions, which ONNX Runtime needs; run the inference service on a machine built \
         after 2011, or in a virtual machine whose processor type is `host`"
    )]
    NoAvx,
    /// The file exists and is no usable ONNX Runtime.
    #[error("{path} is no ONNX Runtime that can be loaded here: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the loader says.
        reason: String,
    },
    /// An ONNX Runtime from before [`OLDEST_VERSION`].
    #[error("{path} is ONNX Runtime {found}; version {OLDEST_VERSION} or newer is needed")]
    TooOld {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: String,
    },
    /// It is neither on the machine nor to be had; `tried` says why, a line each.
    #[error(
        "ONNX Runtime ({OLDEST_VERSION} or newer) is not on this machine{tried}\n\
         any one of these helps:\n\
         1. set ORT_DYLIB_PATH to the library file ({library_name}) of a release from \
         https://github.com/microsoft/onnxruntime/releases\n\
         2. install it where the system looks, for example with `brew install onnxruntime` or a distribution's package\n\
         3. let it be fetched: connect this machine to the internet, or to a package index that pip or npm is set up for"
    )]
    NotFound {
        /// One line for each attempt, each begun by a line feed.
        tried: String,
        /// What the file is called on this system.
        library_name: &'static str,
    },
}

/// The process's environment: ONNX Runtime allows one, also after it was dropped.
static LOADED: Mutex<Option<OnnxRuntime>> = Mutex::new(None);

impl OnnxRuntime {
    /// Finds ONNX Runtime where `search` says and loads it; fetches nothing.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub fn locate(search: &Search) -> Result<Self, RuntimeError> {
        search.cpu.check()?;
        if let Some(named) = &search.library {
            // Somebody asked for this file: another must not stand in for it in silence.
            return Self::load(named);
        }
        let mut tried = Vec::new();
        for path in search.candidates() {
            match Self::load(&path) {
                Ok(runtime) => return Ok(runtime),
                Err(error) => tried.push(error),
            }
        }
        Err(RuntimeError::NotFound {
            tried: lines(&tried),
            library_name: search::LIBRARY_NAME,
        })
    }

    /// Finds ONNX Runtime where `search` says; where there is none, fetches version [`FETCHED_VERSION`] into the cache,
    /// pinned by digest, from the first source that works: pip, the project's releases, npm. Then loads it.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub async fn locate_or_fetch(
        search: &Search,
        progress: &dyn Progress,
    ) -> Result<Self, RuntimeError> {
        let artefacts = artefacts::artefacts(std::env::consts::OS, std::env::consts::ARCH);
        Self::locate_or_fetch_with(&Fetcher::new(artefacts), search, progress).await
    }

    /// [`OnnxRuntime::locate_or_fetch`] for callers that are not asynchronous, such as tests and command lines; it must
    /// not be called from a task.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub fn locate_or_fetch_blocking(
        search: &Search,
        progress: &dyn Progress,
    ) -> Result<Self, RuntimeError> {
        let tasks = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        tasks
            .expect("the system has a poll facility")
            .block_on(Self::locate_or_fetch(search, progress))
    }

    async fn locate_or_fetch_with(
        fetcher: &Fetcher<'_>,
        search: &Search,
        progress: &dyn Progress,
    ) -> Result<Self, RuntimeError> {
        let (tried, library_name) = match Self::locate(search) {
            Err(RuntimeError::NotFound {
                tried,
                library_name,
            }) => (tried, library_name),
            other => return other,
        };
        match fetcher.library(&search.cache, progress).await {
            Ok(library) => Self::load(&library),
            Err(more) => Err(RuntimeError::NotFound {
                tried: tried + &more,
                library_name,
            }),
        }
    }

    /// Loads the library at `path`, once a process: later calls get the library of the first.
    ///
    /// # Errors
    /// [`RuntimeError::Unusable`] and [`RuntimeError::TooOld`].
    pub fn load(path: &Path) -> Result<Self, RuntimeError> {
        let mut loaded = LOADED
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(runtime) = &*loaded {
            return Ok(runtime.clone());
        }
        let unusable = |reason: String| RuntimeError::Unusable {
            path: path.to_path_buf(),
            reason,
        };
        if !path.is_file() {
            return Err(unusable("there is no such file".to_owned()));
        }
        // Made absolute, since a relative path would be taken from the program's own folder.
        let library = path
            .canonicalize()
            .map_err(|error| unusable(error.to_string()))?;
        let builder = ort::init_from(&library).map_err(|error| match error {
            ort::LoadDynamicError::BadVersion { version_str, path } => RuntimeError::TooOld {
                path,
                found: version_str,
            },
            other => unusable(other.to_string()),
        })?;
        let environment = builder.with_name("whos-that").with_telemetry(false).build();
        let environment = environment.map_err(|error| unusable(error.to_string()))?;
        tracing::info!(library = %library.display(), "ONNX Runtime loaded");
        Ok(loaded
            .insert(Self {
                environment,
                library,
            })
            .clone())
    }

    /// The library's file.
    #[must_use]
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// How the library was built, as it says itself: branch, commit, flags.
    #[must_use]
    pub fn build_info(&self) -> &'static str {
        ort::info()
    }

    /// What sessions are made in.
    pub(crate) const fn environment(&self) -> &Environment {
        &self.environment
    }
}

//! Why a pack cannot be opened, or a picture not analysed. Nothing here repeats pixels or features.

use face_packs::{NetworkError, PackError};
use face_types::TemplateError;
use face_vision::DecodeError;

/// Why there is no [`crate::Analyzer`].
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The pack is damaged, or ONNX Runtime does not accept one of its networks.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The networks open and do not do what the manifest says.
    #[error("the pack's networks do not keep what its manifest promises")]
    Promise(#[from] AnalyseError),
}

/// Why a picture was not analysed.
#[derive(Debug, thiserror::Error)]
pub enum AnalyseError {
    /// It cannot be read; the caller's fault.
    #[error(transparent)]
    Picture(#[from] DecodeError),
    /// A network failed.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A network answered with another number of values than the manifest says.
    #[error("{network} answered with {found} values, the manifest says {expected}")]
    Answer {
        /// The network.
        network: String,
        /// What the manifest says.
        expected: usize,
        /// What came.
        found: usize,
    },
    /// The embedder's values are no template.
    #[error("the embedder's answer is no template")]
    Template(#[from] TemplateError),
}

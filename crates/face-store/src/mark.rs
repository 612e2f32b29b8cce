//! What may happen once.

/// Names a thing that may happen once: a digest, which tells nothing of the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(pub [u8; 32]);

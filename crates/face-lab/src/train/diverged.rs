//! The error of a run whose numbers grew without bounds.

/// A run that can go on no more, because its rate, say, was too high; nothing else is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diverged {
    what: String,
}

impl Diverged {
    /// `what` is no number any more.
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

impl std::fmt::Display for Diverged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is no number; a lower rate may help", self.what)
    }
}

impl std::error::Error for Diverged {}

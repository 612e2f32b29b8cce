//! The wish to stop, from a signal or a clock; a run then writes a checkpoint and ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whether to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    at: Option<Instant>,
}

impl Stop {
    /// Stops on SIGINT, SIGTERM and SIGHUP, and after `minutes` where given.
    ///
    /// # Errors
    /// When the signals are handled elsewhere in this program already.
    pub fn on_signals(minutes: Option<f64>) -> anyhow::Result<Self> {
        let stop = Self {
            asked: Arc::default(),
            at: minutes.map(|min| Instant::now() + Duration::from_secs_f64(min * 60.0)),
        };
        let asked = Arc::clone(&stop.asked);
        ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
        Ok(stop)
    }

    /// Asks for a stop.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether it is time.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.at.is_some_and(|at| Instant::now() >= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_seen_by_every_copy() {
        let stop = Stop::default();
        let copy = stop.clone();
        assert!(!copy.is_asked());
        stop.ask();
        assert!(copy.is_asked());
    }
}

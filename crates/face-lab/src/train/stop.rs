//! The wish to stop, from a signal or a clock; a run then writes a checkpoint and ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whether to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    at: Option<Instant>,
    step: Option<u64>,
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
            step: None,
        };
        let asked = Arc::clone(&stop.asked);
        ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed))?;
        Ok(stop)
    }

    /// The same wish, and to stop once `step` steps are done.
    #[must_use]
    pub fn at_step(&self, step: u64) -> Self {
        Self {
            step: Some(step),
            ..self.clone()
        }
    }

    /// The same wish, whatever the step.
    #[must_use]
    pub fn of_any_step(&self) -> Self {
        Self {
            step: None,
            ..self.clone()
        }
    }

    /// Asks for a stop.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether it is time for a run that has done `steps` steps.
    #[must_use]
    pub fn is_due(&self, steps: u64) -> bool {
        self.is_asked() || self.step.is_some_and(|step| steps >= step)
    }

    /// Whether it is time for everybody.
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

    #[test]
    fn a_step_stops_its_own_run_alone() {
        let stop = Stop::default();
        let early = stop.at_step(5);
        assert!(!early.is_due(4) && early.is_due(5) && early.is_due(6));
        assert!(!early.is_asked() && !stop.is_due(9) && !early.of_any_step().is_due(9));
        early.ask();
        assert!(stop.is_due(0));
    }
}

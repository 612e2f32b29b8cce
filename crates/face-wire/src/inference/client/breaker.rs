//! A circuit breaker: a service that is down is left alone for a moment, then one call finds out whether it is back.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ContractError;

/// Failures in a row after which the service is left alone.
const FAILURES: u32 = 5;
/// For how long.
const REST: Duration = Duration::from_secs(1);

/// How a call ended, as far as the health of the service goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The service answered, with whatever status.
    Answered,
    /// The service is down.
    Failed,
}

/// What is known of the service's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Calls pass; so many failed in a row.
    Closed(u32),
    /// No call passes before this time.
    Open(Instant),
    /// One call is finding out whether the service is back.
    Probing,
}

/// Whether calls pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// All of them.
    Closed,
    /// One, to find out whether the service is back.
    HalfOpen,
    /// None: the service is left alone for a moment.
    Open,
}

/// Shared by all calls of a client.
#[derive(Debug)]
pub(super) struct Breaker(Mutex<State>);

impl Default for Breaker {
    fn default() -> Self {
        Self(Mutex::new(State::Closed(0)))
    }
}

impl Breaker {
    /// Leave to call, to be handed back with the outcome.
    ///
    /// # Errors
    /// [`ContractError::Resting`] while the service is left alone.
    pub(super) fn permit(&self) -> Result<Permit<'_>, ContractError> {
        self.update(|state| state.ask(Instant::now()))?;
        Ok(Permit {
            breaker: self,
            outcome: None,
        })
    }

    /// Whether calls pass now.
    pub(super) fn state(&self) -> BreakerState {
        self.update(|state| match *state {
            State::Closed(_) => BreakerState::Closed,
            State::Open(until) if Instant::now() < until => BreakerState::Open,
            State::Open(_) | State::Probing => BreakerState::HalfOpen,
        })
    }

    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn ask(&mut self, now: Instant) -> Result<(), ContractError> {
        match *self {
            Self::Closed(_) => Ok(()),
            Self::Open(until) if now >= until => {
                *self = Self::Probing;
                Ok(())
            }
            Self::Open(_) | Self::Probing => Err(ContractError::Resting),
        }
    }

    fn end(&mut self, outcome: Option<Outcome>, now: Instant) {
        *self = match (*self, outcome) {
            (_, Some(Outcome::Answered)) => Self::Closed(0),
            (Self::Closed(failures), Some(Outcome::Failed)) if failures + 1 < FAILURES => {
                Self::Closed(failures + 1)
            }
            (_, Some(Outcome::Failed)) => Self::Open(now + REST),
            // A caller who hung up learned nothing; the next one may probe at once.
            (Self::Probing, None) => Self::Open(now),
            (state, None) => state,
        };
    }
}

/// Leave for one call; dropped without a report, it says nothing about the service.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    outcome: Option<Outcome>,
}

impl Permit<'_> {
    /// Hands the leave back.
    pub(super) fn report(mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.breaker
            .update(|state| state.end(self.outcome, Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(now: Instant) -> State {
        let mut state = State::Closed(0);
        for _ in 0..FAILURES {
            assert!(state.ask(now).is_ok());
            state.end(Some(Outcome::Failed), now);
        }
        state
    }

    #[test]
    fn failures_in_a_row_stop_the_calls_and_one_probe_passes_after_the_rest() {
        let now = Instant::now();
        let mut state = broken(now);
        assert_eq!(state.ask(now), Err(ContractError::Resting));
        assert!(state.ask(now + REST).is_ok());
        assert_eq!(
            state.ask(now + REST),
            Err(ContractError::Resting),
            "a second probe"
        );
        state.end(Some(Outcome::Answered), now + REST);
        assert_eq!(state, State::Closed(0));
    }

    #[test]
    fn a_failed_probe_means_another_rest() {
        let now = Instant::now();
        let mut state = broken(now);
        assert!(state.ask(now + REST).is_ok());
        state.end(Some(Outcome::Failed), now + REST);
        assert!(state.ask(now + REST).is_err());
        assert!(state.ask(now + REST * 2).is_ok());
    }

    #[test]
    fn a_probe_whose_caller_hung_up_lets_the_next_one_probe() {
        let now = Instant::now();
        let mut state = broken(now);
        assert!(state.ask(now + REST).is_ok());
        state.end(None, now + REST);
        assert!(state.ask(now + REST).is_ok());
    }

    #[test]
    fn an_answer_between_failures_keeps_the_calls_going() {
        let now = Instant::now();
        let mut state = State::Closed(0);
        for _ in 0..FAILURES * 2 {
            state.end(Some(Outcome::Failed), now);
            state.end(Some(Outcome::Answered), now);
            assert!(state.ask(now).is_ok());
        }
    }
}

//! How often one address may try to sign in.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Addresses kept in mind; past this number, all that are out of their window are forgotten first.
const CAPACITY: usize = 10_000;

/// Counts attempts by address in a sliding window; a success clears the address.
#[derive(Debug)]
pub(crate) struct Attempts {
    limit: usize,
    window: Duration,
    tries: Mutex<HashMap<IpAddr, VecDeque<Instant>>>,
}

impl Attempts {
    /// At most `limit` failed attempts in any `window`.
    pub(crate) fn new(limit: usize, window: Duration) -> Self {
        Self {
            limit,
            window,
            tries: Mutex::default(),
        }
    }

    /// Counts an attempt, before its outcome is known, so that many at once count too.
    ///
    /// # Errors
    /// The time to wait, when there were too many.
    pub(crate) fn begin(&self, from: IpAddr, now: Instant) -> Result<(), Duration> {
        self.with(|tries| {
            if tries.len() >= CAPACITY {
                tries.retain(|_, times| times.back().is_some_and(|t| now - *t < self.window));
            }
            let times = tries.entry(network(from)).or_default();
            while times.front().is_some_and(|t| now - *t >= self.window) {
                times.pop_front();
            }
            match times.front() {
                Some(oldest) if times.len() >= self.limit => Err(*oldest + self.window - now),
                _ => {
                    times.push_back(now);
                    Ok(())
                }
            }
        })
    }

    /// The attempt succeeded: the address starts afresh.
    pub(crate) fn succeeded(&self, from: IpAddr) {
        self.with(|tries| tries.remove(&network(from)));
    }

    /// The attempt came to no outcome and shall not count.
    pub(crate) fn forgive(&self, from: IpAddr) {
        self.with(|tries| tries.get_mut(&network(from)).and_then(VecDeque::pop_back));
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<IpAddr, VecDeque<Instant>>) -> T) -> T {
        change(&mut self.tries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The address, or of IPv6 its /64: one customer has that many to choose from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn home() -> IpAddr {
        "192.0.2.7".parse().unwrap()
    }

    #[test]
    fn the_sixth_failure_in_three_minutes_waits_until_the_first_is_forgotten() {
        let attempts = Attempts::new(5, 3 * MINUTE);
        let start = Instant::now();
        for _ in 0..5 {
            assert_eq!(attempts.begin(home(), start), Ok(()));
        }
        assert_eq!(attempts.begin(home(), start + MINUTE), Err(2 * MINUTE));
        assert_eq!(attempts.begin(home(), start + 3 * MINUTE), Ok(()));
    }

    #[test]
    fn another_address_is_not_held_up_and_a_success_starts_afresh() {
        let attempts = Attempts::new(1, MINUTE);
        let now = Instant::now();
        assert!(attempts.begin(home(), now).is_ok());
        assert!(attempts.begin(home(), now).is_err());
        assert!(attempts.begin("192.0.2.8".parse().unwrap(), now).is_ok());
        attempts.succeeded(home());
        assert!(attempts.begin(home(), now).is_ok());
        attempts.forgive(home());
        assert!(attempts.begin(home(), now).is_ok());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_together() {
        let attempts = Attempts::new(1, MINUTE);
        let now = Instant::now();
        assert!(attempts.begin("2001:db8::1".parse().unwrap(), now).is_ok());
        assert!(attempts.begin("2001:db8::2".parse().unwrap(), now).is_err());
        assert!(
            attempts
                .begin("2001:db8:0:1::1".parse().unwrap(), now)
                .is_ok()
        );
    }
}

//! How often somebody may fail: after some failures within a while there is a pause.

use std::collections::{HashMap, VecDeque};
use std::fmt::Debug;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Those kept in mind. Past this number all whose time is over are forgotten, and then whoever failed longest ago.
const CAPACITY: usize = 10_000;

/// Counts attempts by whoever makes them, such as an address; a success clears the count. Kept in memory, so each process counts for itself.
#[derive(Debug)]
pub struct Attempts<K> {
    limit: usize,
    window: Duration,
    tries: Mutex<HashMap<K, VecDeque<Instant>>>,
}

impl<K: Eq + Hash + Clone> Attempts<K> {
    /// At most `limit` failed attempts within `window`; then a pause as long as the window, from the last of them.
    #[must_use]
    pub fn new(limit: usize, window: Duration) -> Self {
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
    pub fn begin(&self, from: &K, now: Instant) -> Result<(), Duration> {
        self.with(|tries| {
            if !tries.contains_key(from) {
                self.make_room(tries, now);
            }
            let times = tries.entry(from.clone()).or_default();
            if let Some(pause) = self.pause(times, now) {
                return Err(pause);
            }
            if times.len() >= self.limit {
                times.clear();
            }
            while times.front().is_some_and(|t| now - *t >= self.window) {
                times.pop_front();
            }
            times.push_back(now);
            Ok(())
        })
    }

    /// The time that is still to wait, if any; counts nothing.
    #[must_use]
    pub fn waits(&self, from: &K, now: Instant) -> Option<Duration> {
        self.with(|tries| tries.get(from).and_then(|times| self.pause(times, now)))
    }

    /// The attempt succeeded: whoever made it starts afresh.
    pub fn succeeded(&self, from: &K) {
        self.with(|tries| tries.remove(from));
    }

    /// The attempt came to no outcome and shall not count.
    pub fn forgive(&self, from: &K) {
        self.with(|tries| tries.get_mut(from).and_then(VecDeque::pop_back));
    }

    fn pause(&self, times: &VecDeque<Instant>, now: Instant) -> Option<Duration> {
        let last = times.back().filter(|_| times.len() >= self.limit)?;
        let pause = self.window.saturating_sub(now - *last);
        (!pause.is_zero()).then_some(pause)
    }

    fn make_room(&self, tries: &mut HashMap<K, VecDeque<Instant>>, now: Instant) {
        if tries.len() < CAPACITY {
            return;
        }
        tries.retain(|_, times| times.back().is_some_and(|t| now - *t < self.window));
        if tries.len() < CAPACITY {
            return;
        }
        let longest_ago = tries.iter().min_by_key(|(_, times)| times.back().copied());
        if let Some(key) = longest_ago.map(|(key, _)| key.clone()) {
            tries.remove(&key);
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<K, VecDeque<Instant>>) -> T) -> T {
        change(&mut self.tries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The address, or of IPv6 its /64: one customer has that many to choose from.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
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

    #[test]
    fn five_failures_in_three_minutes_make_a_pause_of_three() {
        let attempts = Attempts::new(5, 3 * MINUTE);
        let start = Instant::now();
        for _ in 0..4 {
            assert_eq!(attempts.begin(&"home", start), Ok(()));
        }
        assert_eq!(attempts.begin(&"home", start + MINUTE), Ok(()));
        assert_eq!(attempts.begin(&"home", start + 2 * MINUTE), Err(2 * MINUTE));
        assert_eq!(
            attempts.waits(&"home", start + 2 * MINUTE),
            Some(2 * MINUTE)
        );
        // Asking did not count, and the pause ends with all of the failures forgotten.
        for _ in 0..5 {
            assert_eq!(attempts.waits(&"home", start + 4 * MINUTE), None);
            assert_eq!(attempts.begin(&"home", start + 4 * MINUTE), Ok(()));
        }
        assert!(attempts.begin(&"home", start + 4 * MINUTE).is_err());
    }

    #[test]
    fn failures_far_apart_make_no_pause() {
        let attempts = Attempts::new(2, 3 * MINUTE);
        let start = Instant::now();
        for number in 0..20 {
            assert_eq!(attempts.begin(&7, start + number * 3 * MINUTE), Ok(()));
        }
    }

    #[test]
    fn another_one_is_not_held_up_and_a_success_starts_afresh() {
        let attempts = Attempts::new(1, MINUTE);
        let now = Instant::now();
        assert!(attempts.begin(&"a", now).is_ok());
        assert!(attempts.begin(&"a", now).is_err());
        assert!(attempts.begin(&"b", now).is_ok());
        attempts.succeeded(&"a");
        assert!(attempts.begin(&"a", now).is_ok());
        attempts.forgive(&"a");
        assert!(attempts.begin(&"a", now).is_ok());
    }

    #[test]
    fn memory_is_bounded_and_the_latest_are_remembered() {
        let attempts = Attempts::new(1, MINUTE);
        let start = Instant::now();
        let last = CAPACITY + 100;
        for number in 0..=last {
            let now = start + Duration::from_micros(number as u64);
            assert!(attempts.begin(&number, now).is_ok());
        }
        assert_eq!(attempts.with(|tries| tries.len()), CAPACITY);
        let now = start + Duration::from_secs(1);
        assert!(attempts.waits(&last, now).is_some());
        assert!(attempts.waits(&0, now).is_none());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }
}

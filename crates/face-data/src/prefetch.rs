//! Samples made on threads ahead of their use, handed out in order.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// An iterator over `make(0)`, `make(1)`, … that are made on threads, at most so many ahead.
///
/// Items come in order whatever the number of threads; with a `make` that depends on its argument alone (see
/// [`crate::stream`]) the same items come on every machine. Dropping it ends the threads after the items they are at.
///
/// # Panics
/// [`Iterator::next`] panics when a call of `make` panicked.
pub struct Prefetch<T> {
    shared: Arc<Shared<T>>,
    threads: Vec<JoinHandle<()>>,
    count: usize,
}

struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    count: usize,
    ahead: usize,
}

struct State<T> {
    /// The item that a thread takes up next.
    next: usize,
    /// The item that the caller gets next.
    wanted: usize,
    ready: BTreeMap<usize, T>,
    is_over: bool,
    has_panicked: bool,
}

impl<T: Send + 'static> Prefetch<T> {
    /// Starts `threads` threads that make `count` items, never more than `ahead` before the one that is wanted next.
    ///
    /// Both numbers are at least one.
    pub fn new(
        threads: usize,
        ahead: usize,
        count: usize,
        make: impl Fn(usize) -> T + Send + Sync + 'static,
    ) -> Self {
        let state = State {
            next: 0,
            wanted: 0,
            ready: BTreeMap::new(),
            is_over: false,
            has_panicked: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            count,
            ahead: ahead.max(1),
        });
        let make = Arc::new(make);
        let start = |_| {
            let (shared, make) = (Arc::clone(&shared), Arc::clone(&make));
            std::thread::spawn(move || shared.work(&*make))
        };
        Self {
            threads: (0..threads.max(1)).map(start).collect(),
            shared,
            count,
        }
    }
}

impl<T> Shared<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, make: &(impl Fn(usize) -> T + Sync)) {
        let alarm = Alarm(self);
        while let Some(index) = self.take_up() {
            let item = make(index);
            self.state().ready.insert(index, item);
            self.changed.notify_all();
        }
        drop(alarm);
    }

    /// The next item to make, once it is near enough; `None` at the end.
    fn take_up(&self) -> Option<usize> {
        let mut state = self.state();
        while !state.is_over && state.next < self.count && state.next >= state.wanted + self.ahead {
            state = self.wait(state);
        }
        if state.is_over || state.next >= self.count {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    fn end(&self) {
        self.state().is_over = true;
        self.changed.notify_all();
    }
}

/// Tells everybody when the thread that holds it panics.
struct Alarm<'a, T>(&'a Shared<T>);

impl<T> Drop for Alarm<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().has_panicked = true;
            self.0.end();
        }
    }
}

impl<T> Iterator for Prefetch<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let mut state = self.shared.state();
        if state.wanted >= self.count {
            return None;
        }
        loop {
            assert!(!state.has_panicked, "a thread that makes samples panicked");
            let wanted = state.wanted;
            if let Some(item) = state.ready.remove(&wanted) {
                state.wanted += 1;
                self.shared.changed.notify_all();
                return Some(item);
            }
            state = self.shared.wait(state);
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.shared.state().wanted;
        (left, Some(left))
    }
}

impl<T> ExactSizeIterator for Prefetch<T> {}

impl<T> Drop for Prefetch<T> {
    fn drop(&mut self) {
        self.shared.end();
        for thread in self.threads.drain(..) {
            // A panic was told to the caller already, or nobody asked for its item.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use rand::RngExt as _;
    use rstest::rstest;

    use super::*;
    use crate::stream;

    fn draws(threads: usize, ahead: usize) -> Vec<u64> {
        let make = |index| stream(11, &[index as u64]).random();
        Prefetch::new(threads, ahead, 200, make).collect()
    }

    #[rstest]
    #[case(1, 1)]
    #[case(2, 7)]
    #[case(9, 3)]
    #[case(4, 500)]
    fn items_come_in_order_whatever_the_number_of_threads(
        #[case] threads: usize,
        #[case] ahead: usize,
    ) {
        let plain: Vec<u64> = (0..200)
            .map(|index| stream(11, &[index]).random())
            .collect();
        assert_eq!(draws(threads, ahead), plain);
    }

    #[test]
    fn no_more_is_made_than_was_asked_for() {
        let made = Arc::new(AtomicUsize::new(0));
        let (started, starts) = mpsc::channel();
        let count = Arc::clone(&made);
        let mut prefetch = Prefetch::new(3, 4, 1000, move |index| {
            count.fetch_add(1, Ordering::SeqCst);
            started.send(()).unwrap();
            index
        });
        assert_eq!(prefetch.next(), Some(0));
        // One taken and four ahead: the fifth start comes, and then no other until the next is taken.
        for _ in 0..5 {
            starts.recv().unwrap();
        }
        assert!(
            starts
                .recv_timeout(std::time::Duration::from_millis(50))
                .is_err()
        );
        assert_eq!(made.load(Ordering::SeqCst), 5);
        assert_eq!(prefetch.len(), 999);
    }

    #[test]
    fn what_is_not_fetched_to_the_end_still_ends() {
        let mut prefetch = Prefetch::new(2, 2, usize::MAX, |index| index);
        assert_eq!(prefetch.by_ref().take(5).last(), Some(4));
        drop(prefetch);
    }

    #[test]
    #[should_panic(expected = "a thread that makes samples panicked")]
    fn a_panic_in_a_thread_reaches_the_caller() {
        let make = |index: usize| {
            assert!(index < 3, "three is too many");
            index
        };
        let _ = Prefetch::new(2, 2, 10, make).count();
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(Prefetch::new(2, 2, 0, |index| index).next(), None);
    }
}

//! Work over a list on every core.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

/// How many threads this machine runs at once.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Calls `work` for every item on all cores, in no particular order.
///
/// # Errors
/// One of the errors of `work`; items not yet begun are left out then.
pub(crate) fn for_each<T: Send, E: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let queue = Mutex::new(items.into_iter());
    let failure = Mutex::new(None);
    let next = || {
        // An error empties the queue for everybody.
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let has_failed = failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some();
        if has_failed { None } else { queue.next() }
    };
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            scope.spawn(|| {
                while let Some(item) = next() {
                    if let Err(error) = work(item) {
                        *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    }
                }
            });
        }
    });
    let failure = failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn every_item_is_worked_on_once() {
        let sum = AtomicU32::new(0);
        let add = |item: u32| -> Result<(), ()> {
            sum.fetch_add(item, Ordering::Relaxed);
            Ok(())
        };
        assert_eq!(for_each((1..=100).collect(), add), Ok(()));
        assert_eq!(sum.into_inner(), 5050);
    }

    #[test]
    fn an_error_ends_the_work() {
        let done = AtomicU32::new(0);
        let work = |item: u32| {
            if item == 3 {
                return Err(item);
            }
            done.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        assert_eq!(for_each((0..1_000_000).collect(), work), Err(3));
        assert!(done.into_inner() < 999_999);
    }
}

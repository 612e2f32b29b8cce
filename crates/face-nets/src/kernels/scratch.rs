//! Memory that is used again from step to step: fresh pages from the system cost more than the sums made in them.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// Values kept at most, half a gigabyte: a network whose gradients come from elsewhere gives more than it takes.
const MOST: usize = 1 << 27;

/// What no one holds now.
static FREE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// Values below which the system's allocator does as well.
const LEAST: usize = 1 << 14;

/// `length` values, whatever was left in them.
pub(super) fn take(length: usize) -> Vec<f32> {
    let mut memory = fitting(length).unwrap_or_default();
    if memory.capacity() < length {
        return vec![0.0; length];
    }
    memory.resize(length, 0.0);
    memory
}

/// Hands back what is needed no more; what has lain here longest goes back to the system where there is too much.
pub(super) fn give(memory: Vec<f32>) {
    if memory.capacity() < LEAST {
        return;
    }
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    free.push(memory);
    let mut kept = 0;
    let newest = free.iter().rev();
    let count = newest
        .take_while(|memory| {
            kept += memory.capacity();
            kept <= MOST
        })
        .count();
    let old = free.len() - count;
    free.drain(..old);
}

/// The smallest memory that holds `length` values, but none of which half would lie idle.
fn fitting(length: usize) -> Option<Vec<f32>> {
    if length < LEAST {
        return None;
    }
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = |&i: &usize| (length..=2 * length).contains(&free[i].capacity());
    let best = (0..free.len())
        .filter(fits)
        .min_by_key(|&i| free[i].capacity())?;
    Some(free.swap_remove(best))
}

/// Values for a while, whatever was left in them; the memory is handed back when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch(Vec<f32>);

impl Scratch {
    /// `length` values that hold anything.
    pub(super) fn of(length: usize) -> Self {
        Self(take(length))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.0));
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_without_being_taken_does_not_pile_up() {
        for _ in 0..40 {
            give(Vec::with_capacity(MOST / 16));
        }
        let free = FREE.lock().unwrap();
        assert!(free.iter().map(Vec::capacity).sum::<usize>() <= MOST);
    }

    #[test]
    fn memory_is_as_long_as_asked_for_however_it_was_used_before() {
        let lengths = [LEAST * 2, LEAST + 5, LEAST * 2, 3, LEAST * 9];
        for length in lengths.into_iter().chain(lengths) {
            assert_eq!(Scratch::of(length).len(), length);
        }
    }
}

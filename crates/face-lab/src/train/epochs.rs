//! The order of samples: an endless sequence of epochs, each drawn anew.

use std::sync::{Arc, Mutex};

/// Hands out samples by their position in the sequence; the epoch last used is kept.
#[derive(Debug)]
pub struct Epochs<T>(Mutex<Option<(u64, Arc<[T]>)>>);

impl<T> Default for Epochs<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Copy> Epochs<T> {
    /// The sample at `position` of epochs of `length` samples; `draw` gives those of an epoch, always the same.
    ///
    /// # Panics
    /// If `draw` gives fewer than `length`, or `length` is 0.
    pub fn at(&self, position: u64, length: usize, draw: impl FnOnce(u64) -> Vec<T>) -> T {
        let (epoch, index) = (
            position / length as u64,
            (position % length as u64) as usize,
        );
        let mut kept = self
            .0
            .lock()
            .expect("no thread panics while it draws an order");
        if let Some((of, order)) = &*kept
            && *of == epoch
        {
            return order[index];
        }
        let order: Arc<[T]> = draw(epoch).into();
        let sample = order[index];
        *kept = Some((epoch, order));
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_epoch_is_drawn_by_its_number_whatever_was_asked_before() {
        let epochs = Epochs::default();
        let draw = |epoch: u64| (0..3).map(|i| 10 * epoch + i).collect();
        let asked = [0, 4, 1, 8, 8, 2].map(|position| epochs.at(position, 3, draw));
        assert_eq!(asked, [0, 11, 1, 22, 22, 2]);
    }
}

//! Items epoch after epoch, each epoch drawn when a step first needs it; the same item for the same place, always.

use std::sync::{Arc, Mutex};

use anyhow::Context as _;

/// Draws the items of an epoch.
type Draw<T> = dyn Fn(u64) -> Vec<T> + Send + Sync;

/// An endless sequence of epochs, which may differ in length.
pub struct Epochs<T> {
    draw: Box<Draw<T>>,
    drawn: Mutex<Drawn<T>>,
}

struct Drawn<T> {
    /// The place of the first item of each epoch, as far as they are known.
    firsts: Vec<u64>,
    /// The epoch last used, by its number; places are asked for in about their order.
    last: Option<(usize, Arc<[T]>)>,
}

impl<T> std::fmt::Debug for Epochs<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Epochs").finish_non_exhaustive()
    }
}

impl<T: Clone> Epochs<T> {
    /// The epochs that `draw` gives, which must depend on the epoch's number alone.
    pub fn new(draw: impl Fn(u64) -> Vec<T> + Send + Sync + 'static) -> Self {
        Self {
            draw: Box::new(draw),
            drawn: Mutex::new(Drawn {
                firsts: vec![0],
                last: None,
            }),
        }
    }

    /// The item at `place`, counted from 0 over all epochs.
    ///
    /// # Errors
    /// When an epoch on the way there has no items.
    pub fn item(&self, place: u64) -> anyhow::Result<T> {
        let mut drawn = self
            .drawn
            .lock()
            .expect("no thread panics while it draws an epoch");
        loop {
            let epoch = drawn.firsts.partition_point(|&first| first <= place) - 1;
            let items = self.epoch(&mut drawn, epoch)?;
            let index = place - drawn.firsts[epoch];
            if let Some(item) = items.get(index as usize) {
                return Ok(item.clone());
            }
            let next = drawn.firsts[epoch] + items.len() as u64;
            drawn.firsts.push(next);
        }
    }

    fn epoch(&self, drawn: &mut Drawn<T>, epoch: usize) -> anyhow::Result<Arc<[T]>> {
        if let Some((last, items)) = &drawn.last
            && *last == epoch
        {
            return Ok(Arc::clone(items));
        }
        let items: Arc<[T]> = (self.draw)(epoch as u64).into();
        items.first().context("there is nothing to train on")?;
        drawn.last = Some((epoch, Arc::clone(&items)));
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_run_through_epochs_of_any_length_in_any_order() {
        // 0; 10, 11; 20, 21, 22; …
        let epochs = Epochs::new(|epoch| (0..=epoch).map(|at| 10 * epoch + at).collect());
        let all = [0, 10, 11, 20, 21, 22, 30];
        for place in [0, 1, 2, 6, 3, 5, 4, 0] {
            assert_eq!(epochs.item(place as u64).unwrap(), all[place]);
        }
    }

    #[test]
    fn an_empty_epoch_is_an_error_and_not_an_endless_search() {
        assert!(Epochs::<u8>::new(|_| Vec::new()).item(3).is_err());
    }
}

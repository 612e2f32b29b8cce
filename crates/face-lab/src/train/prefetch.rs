//! Batches prepared ahead on threads of their own, handed out in the order of the steps.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use anyhow::Context as _;

use super::BatchSource;

/// Batches that wait on each thread's channel.
const WAITING: usize = 2;

/// The batches of all steps from the first on.
#[derive(Debug)]
pub struct Prefetch<B> {
    channels: Vec<Receiver<anyhow::Result<B>>>,
    next: u64,
    first: u64,
}

impl<B: Send + 'static> Prefetch<B> {
    /// Starts `threads` threads; they end when this is dropped.
    #[must_use]
    pub fn start(source: &Arc<dyn BatchSource<Batch = B>>, first: u64, threads: usize) -> Self {
        let threads = threads.max(1) as u64;
        let start = |offset| {
            let (send, receive) = sync_channel(WAITING);
            let source = Arc::clone(source);
            std::thread::spawn(move || {
                let mut step = first + offset;
                // A receiver that is gone is the sign to stop.
                while send.send(source.batch(step)).is_ok() {
                    step += threads;
                }
            });
            receive
        };
        Self {
            channels: (0..threads).map(start).collect(),
            next: first,
            first,
        }
    }

    /// The batch of the next step.
    ///
    /// # Errors
    /// That of the source, or when its thread panicked.
    pub fn take(&mut self) -> anyhow::Result<B> {
        let thread = (self.next - self.first) as usize % self.channels.len();
        let batch = self.channels[thread]
            .recv()
            .context("a thread that prepares batches panicked")?;
        self.next += 1;
        batch.with_context(|| format!("the batch of step {}", self.next - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Squares;

    impl BatchSource for Squares {
        type Batch = u64;

        fn batch(&self, step: u64) -> anyhow::Result<u64> {
            anyhow::ensure!(step < 20, "no more");
            Ok(step * step)
        }
    }

    #[test]
    fn batches_come_in_order_whatever_the_threads() {
        let source: Arc<dyn BatchSource<Batch = u64>> = Arc::new(Squares);
        for threads in [1, 3] {
            let mut batches = Prefetch::start(&source, 7, threads);
            for step in 7..20 {
                assert_eq!(batches.take().unwrap(), step * step);
            }
            assert!(batches.take().is_err());
        }
    }
}

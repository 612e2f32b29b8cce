//! Work over a list of pictures, a network of its own on each thread, with progress on standard error.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// The answers of `work` for every item, in order; each of `threads` threads works with what `open` gave it.
///
/// The first error ends the work.
pub(crate) fn each<T: Sync, W, R: Send>(
    title: &str,
    items: &[T],
    threads: usize,
    open: impl Fn() -> Result<W> + Sync,
    work: impl Fn(&mut W, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let progress = Progress::new(title, items.len());
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let one_thread = || -> Result<Vec<(usize, R)>> {
        let mut worker = open()?;
        let mut answers = Vec::new();
        while !has_failed.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let answer = work(&mut worker, item);
            if answer.is_err() {
                has_failed.store(true, Ordering::Relaxed);
            }
            answers.push((at, answer?));
            progress.step();
        }
        Ok(answers)
    };
    let parts: Vec<Result<Vec<(usize, R)>>> = std::thread::scope(|scope| {
        let threads = threads.clamp(1, items.len().max(1));
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(one_thread)).collect();
        let joined = started.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    progress.finish();
    let mut answers = Vec::with_capacity(items.len());
    for part in parts {
        answers.extend(part?);
    }
    answers.sort_unstable_by_key(|(at, _)| *at);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

/// A bar on a terminal; ten lines in a log.
struct Progress {
    title: String,
    bar: Option<ProgressBar>,
    done: AtomicUsize,
    of: usize,
}

impl Progress {
    fn new(title: &str, of: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}")
                .expect("the template is well formed");
            ProgressBar::new(of as u64)
                .with_style(style)
                .with_message(title.to_owned())
        });
        Self {
            title: title.to_owned(),
            bar,
            done: AtomicUsize::new(0),
            of,
        }
    }

    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if done * 10 / self.of > (done - 1) * 10 / self.of {
            // A closed log is no reason to stop.
            let _ = writeln!(std::io::stderr(), "{}: {done} of {}", self.title, self.of);
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let doubled = each("doubling", &items, 3, || Ok(()), |(), item| Ok(item * 2));
        let expected: Vec<u32> = items.iter().map(|item| item * 2).collect();
        assert_eq!(doubled.unwrap(), expected);
    }

    #[test]
    fn an_error_ends_the_work() {
        let items: Vec<u32> = (0..100_000).collect();
        let done = AtomicUsize::new(0);
        let failed = each(
            "failing",
            &items,
            2,
            || Ok(()),
            |(), item| {
                done.fetch_add(1, Ordering::Relaxed);
                anyhow::ensure!(*item != 5, "five");
                Ok(())
            },
        );
        assert_eq!(failed.unwrap_err().to_string(), "five");
        assert!(done.into_inner() < 100_000);
    }
}

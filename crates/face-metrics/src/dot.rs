//! Products of rows of features, the inner loop of everything that compares all with all.

/// Sums kept apart, so that the compiler adds them side by side.
const LANES: usize = 16;

/// The product of two rows of equal length.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Splits `0..length` into parts for `threads` threads, runs `work` on each, and returns the answers in order.
pub(crate) fn in_parallel<T: Send>(
    length: usize,
    threads: usize,
    work: impl Fn(std::ops::Range<usize>) -> T + Sync,
) -> Vec<T> {
    let threads = threads.clamp(1, length.max(1));
    let part = length.div_ceil(threads);
    let work = &work;
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|thread| {
                let range = (thread * part).min(length)..((thread + 1) * part).min(length);
                scope.spawn(move || work(range))
            })
            .collect();
        let joined = started.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|answer| answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Threads for a comparison of all with all.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_of_any_length_is_the_sum_of_products() {
        for length in [0, 1, 15, 16, 17, 100] {
            let a: Vec<f32> = (0..length).map(|i| i as f32).collect();
            let b: Vec<f32> = (0..length).map(|i| (i % 3) as f32).collect();
            let expected: f32 = (0..length).map(|i| (i * (i % 3)) as f32).sum();
            assert!((dot(&a, &b) - expected).abs() < 1e-3, "{length}");
        }
    }

    #[test]
    fn every_place_is_worked_once() {
        for (length, threads) in [(0, 3), (1, 3), (10, 3), (7, 7), (5, 20)] {
            let parts = in_parallel(length, threads, Iterator::collect::<Vec<usize>>);
            assert_eq!(parts.concat(), (0..length).collect::<Vec<_>>());
        }
    }
}

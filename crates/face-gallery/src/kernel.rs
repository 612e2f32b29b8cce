//! Dot products of many rows with one probe, by the widest instructions that the machine has.
//!
//! Every kernel keeps sixteen sums, one for each place in a lane, and adds them up in one order. Those of AVX-512, AVX2
//! and NEON round once per multiply-add and agree to the last bit; the portable twin rounds twice. One chain of
//! additions a row is enough: a processor works on several rows at a time, and memory is slower than either.
#![expect(
    unsafe_code,
    reason = "vector loads take pointers, and code for an instruction set may only run where the machine has it"
)]

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::{float32x4_t, vdupq_n_f32, vfmaq_f32, vld1q_f32, vst1q_f32};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    _mm256_fmadd_ps, _mm256_load_ps, _mm256_setzero_ps, _mm256_store_ps, _mm512_fmadd_ps,
    _mm512_load_ps, _mm512_setzero_ps, _mm512_store_ps,
};

/// Number of values in a [`Lane`].
pub(crate) const LANE: usize = 16;

/// Sixteen values of a row: one AVX-512 register, one cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Lane(pub(crate) [f32; LANE]);

impl Lane {
    pub(crate) const ZERO: Self = Self([0.0; LANE]);

    /// Lanes that hold `dimension` values.
    pub(crate) const fn count(dimension: usize) -> usize {
        dimension.div_ceil(LANE)
    }

    /// Writes `values` into `lanes`; what is left over becomes zero and adds nothing to a dot product.
    pub(crate) fn pack(values: &[f32], lanes: &mut [Self]) {
        lanes.fill(Self::ZERO);
        for (lane, chunk) in lanes.iter_mut().zip(values.chunks(LANE)) {
            lane.0[..chunk.len()].copy_from_slice(chunk);
        }
    }
}

/// An instruction set that this machine has. Only [`Kernel::all`] makes one, after asking the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kernel(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Portable,
}

impl Kernel {
    /// The fastest of [`Self::all`].
    pub(crate) fn detect() -> Self {
        Self::all()
            .next()
            .expect("the portable kernel runs everywhere")
    }

    /// Everything this machine can run, the fastest first and the portable one last.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [
            #[cfg(target_arch = "x86_64")]
            (is_x86_feature_detected!("avx512f"), Set::Avx512),
            #[cfg(target_arch = "x86_64")]
            (
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
                Set::Avx2,
            ),
            #[cfg(target_arch = "aarch64")]
            (true, Set::Neon),
            (true, Set::Portable),
        ]
        .into_iter()
        .filter_map(|(is_there, set)| is_there.then_some(Self(set)))
    }

    /// Dot product of `probe` with each row of `rows` (`[out.len(), probe.len()]`, row after row).
    pub(crate) fn dots(self, rows: &[Lane], probe: &[Lane], out: &mut [f32]) {
        match self.0 {
            // SAFETY: a `Kernel` of this set is only made where the machine has AVX-512F.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { dots_avx512(rows, probe, out) },
            // SAFETY: a `Kernel` of this set is only made where the machine has AVX2 and FMA.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { dots_avx2(rows, probe, out) },
            #[cfg(target_arch = "aarch64")]
            Set::Neon => dots_neon(rows, probe, out),
            Set::Portable => dots_portable(rows, probe, out),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn dots_avx512(rows: &[Lane], probe: &[Lane], out: &mut [f32]) {
    for (row, score) in rows.chunks_exact(probe.len()).zip(out) {
        let mut sums = _mm512_setzero_ps();
        for (a, b) in row.iter().zip(probe) {
            // SAFETY: a lane is sixteen values, aligned to 64 bytes.
            let (a, b) = unsafe { (_mm512_load_ps(a.0.as_ptr()), _mm512_load_ps(b.0.as_ptr())) };
            sums = _mm512_fmadd_ps(a, b, sums);
        }
        let mut lane = Lane::ZERO;
        // SAFETY: as for the loads.
        unsafe { _mm512_store_ps(lane.0.as_mut_ptr(), sums) };
        *score = total(lane);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn dots_avx2(rows: &[Lane], probe: &[Lane], out: &mut [f32]) {
    for (row, score) in rows.chunks_exact(probe.len()).zip(out) {
        let (mut low, mut high) = (_mm256_setzero_ps(), _mm256_setzero_ps());
        for (a, b) in row.iter().zip(probe) {
            let (a, b) = (a.0.as_ptr(), b.0.as_ptr());
            // SAFETY: a lane is sixteen values, aligned to 64 bytes: two registers of eight, aligned to 32.
            unsafe {
                low = _mm256_fmadd_ps(_mm256_load_ps(a), _mm256_load_ps(b), low);
                high = _mm256_fmadd_ps(_mm256_load_ps(a.add(8)), _mm256_load_ps(b.add(8)), high);
            }
        }
        let mut lane = Lane::ZERO;
        // SAFETY: as for the loads.
        unsafe {
            _mm256_store_ps(lane.0.as_mut_ptr(), low);
            _mm256_store_ps(lane.0.as_mut_ptr().add(8), high);
        }
        *score = total(lane);
    }
}

/// NEON is part of every aarch64 machine that the standard library supports, so this may be called anywhere.
#[cfg(target_arch = "aarch64")]
fn dots_neon(rows: &[Lane], probe: &[Lane], out: &mut [f32]) {
    for (row, score) in rows.chunks_exact(probe.len()).zip(out) {
        // SAFETY: NEON is there, see above.
        let mut sums: [float32x4_t; 4] = [unsafe { vdupq_n_f32(0.0) }; 4];
        for (a, b) in row.iter().zip(probe) {
            for (at, sum) in sums.iter_mut().enumerate() {
                // SAFETY: a lane is sixteen values: four registers of four.
                *sum = unsafe {
                    let a = vld1q_f32(a.0.as_ptr().add(4 * at));
                    vfmaq_f32(*sum, a, vld1q_f32(b.0.as_ptr().add(4 * at)))
                };
            }
        }
        let mut lane = Lane::ZERO;
        for (at, sum) in sums.into_iter().enumerate() {
            // SAFETY: as for the loads.
            unsafe { vst1q_f32(lane.0.as_mut_ptr().add(4 * at), sum) };
        }
        *score = total(lane);
    }
}

/// The twin in plain code, for every other machine.
fn dots_portable(rows: &[Lane], probe: &[Lane], out: &mut [f32]) {
    for (row, score) in rows.chunks_exact(probe.len()).zip(out) {
        let mut sums = Lane::ZERO;
        for (a, b) in row.iter().zip(probe) {
            for ((sum, a), b) in sums.0.iter_mut().zip(&a.0).zip(&b.0) {
                *sum += a * b;
            }
        }
        *score = total(sums);
    }
}

/// The sum of all, always in the same order: halves, quarters, eighths, sixteenths.
#[inline]
fn total(Lane(mut sums): Lane) -> f32 {
    for half in [8, 4, 2, 1] {
        for at in 0..half {
            sums[at] += sums[at + half];
        }
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(values: &[f32]) -> Vec<Lane> {
        let mut lanes = vec![Lane::ZERO; Lane::count(values.len())];
        Lane::pack(values, &mut lanes);
        lanes
    }

    #[test]
    fn the_portable_kernel_is_always_there_and_last() {
        assert_eq!(Kernel::all().last(), Some(Kernel(Set::Portable)));
    }

    #[test]
    fn a_row_starts_on_a_cache_line() {
        let row = packed(&[1.0; 40]);
        assert_eq!(row.as_ptr().addr() % 64, 0);
    }

    #[test]
    fn values_beyond_the_dimension_add_nothing() {
        let mut lanes = vec![Lane([9.0; LANE]); 2];
        Lane::pack(&[1.0; 17], &mut lanes);
        let mut score = [0.0];
        Kernel::detect().dots(&lanes, &packed(&[1.0; 17]), &mut score);
        assert!((score[0] - 17.0).abs() < 1e-6, "{score:?}");
    }

    fn rows_and_probe() -> impl Strategy<Value = (Vec<Vec<f32>>, Vec<f32>)> {
        (1_usize..600, 0_usize..5).prop_flat_map(|(dimension, count)| {
            let row = proptest::collection::vec(-1.0_f32..1.0, dimension);
            (proptest::collection::vec(row.clone(), count), row)
        })
    }

    fn unit(mut values: Vec<f32>) -> Vec<f32> {
        let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
        for value in &mut values {
            *value /= norm;
        }
        values
    }

    proptest! {
        /// Unit vectors of up to 600 values: rounding stays far below 1e-5, and an error in a lane far above it.
        #[test]
        fn every_kernel_agrees_with_a_sum_in_double_precision((rows, probe) in rows_and_probe()) {
            let rows: Vec<_> = rows.into_iter().map(unit).collect();
            let probe = unit(probe);
            let lanes: Vec<Lane> = rows.iter().flat_map(|row| packed(row)).collect();
            for kernel in Kernel::all() {
                let mut scores = vec![f32::NAN; rows.len()];
                kernel.dots(&lanes, &packed(&probe), &mut scores);
                for (row, &score) in rows.iter().zip(&scores) {
                    let exact: f64 = row.iter().zip(&probe).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                    prop_assert!((f64::from(score) - exact).abs() < 1e-5, "{kernel:?}: {score} is not {exact}");
                }
            }
        }

        #[test]
        fn kernels_that_round_once_agree_to_the_last_bit((rows, probe) in rows_and_probe()) {
            let lanes: Vec<Lane> = rows.iter().flat_map(|row| packed(row)).collect();
            let answers: Vec<Vec<u32>> = Kernel::all()
                .filter(|kernel| kernel.0 != Set::Portable)
                .map(|kernel| {
                    let mut scores = vec![0.0; rows.len()];
                    kernel.dots(&lanes, &packed(&probe), &mut scores);
                    scores.into_iter().map(f32::to_bits).collect()
                })
                .collect();
            prop_assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
        }
    }
}

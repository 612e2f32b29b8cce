//! Randomness that is the same on every machine: `SplitMix64` and an integer hash, no clock, no system call.

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014): every seed gives a good stream of its own.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
    reach: f32,
}

impl Random {
    /// The stream of `seed`; `purpose` keeps the streams of two uses of one seed apart.
    pub(crate) const fn new(seed: u64, purpose: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0xd134_2543_de82_ef95)
                ^ purpose.wrapping_mul(0xa076_1d64_78bd_642f),
            reach: 1.0,
        }
    }

    /// The same stream, whose [`Self::spread`] keeps to this share of each range, about its middle.
    pub(crate) const fn within(self, reach: f32) -> Self {
        Self { reach, ..self }
    }

    /// 64 random bits.
    pub(crate) const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 16_777_216.0
    }

    /// A number in [`low`, `high`).
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A number in [`low`, `high`), more often near the ends than in the middle.
    pub(crate) fn spread(&mut self, low: f32, high: f32) -> f32 {
        let t = self.unit();
        let value = low + (high - low) * t * t * (3.0 - 2.0 * t);
        value + (f32::midpoint(low, high) - value) * (1.0 - self.reach)
    }

    /// True with probability `share`.
    pub(crate) fn chance(&mut self, share: f32) -> bool {
        self.unit() < share
    }

    /// One of `values`, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[(self.bits() % values.len() as u64) as usize]
    }
}

/// A number in [-1, 1) that depends on three whole coordinates and `seed` alone.
pub(crate) const fn lattice(x: i32, y: i32, z: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x8da6_b343)
        ^ (y as u32).wrapping_mul(0xd816_3841)
        ^ (z as u32).wrapping_mul(0xcb1a_b31f)
        ^ seed.wrapping_mul(0x9e37_79b9);
    h = (h ^ (h >> 16)).wrapping_mul(0x7feb_352d);
    h = (h ^ (h >> 15)).wrapping_mul(0x846c_a68b);
    h ^= h >> 16;
    (h >> 8) as f32 / 8_388_608.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_seed_zero_is_the_published_one() {
        let mut random = Random::new(0, 0);
        assert_eq!(random.bits(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.bits(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn a_reach_draws_numbers_towards_the_middle() {
        let drawn = |reach| Random::new(7, 1).within(reach).spread(2.0, 4.0);
        assert!((drawn(0.0) - 3.0).abs() < 1e-6);
        assert!(((drawn(0.5) - 3.0) * 2.0 - (drawn(1.0) - 3.0)).abs() < 1e-6);
    }

    #[test]
    fn numbers_stay_in_their_range_and_fill_it() {
        let mut random = Random::new(7, 1);
        let values: Vec<f32> = (0..2000).map(|_| random.between(2.0, 4.0)).collect();
        assert!(values.iter().all(|v| (2.0..4.0).contains(v)));
        let mean = values.iter().sum::<f32>() / 2000.0;
        assert!((mean - 3.0).abs() < 0.1, "{mean}");
    }
}

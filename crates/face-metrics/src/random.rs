//! Seeded randomness, the same on every machine.

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub(crate) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `end`, which must not be 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // The high half of the product: no number is favoured by more than `end` in 2^64.
        ((u128::from(self.bits()) * end as u128) >> 64) as usize
    }

    /// Brings `count` random ones of `values` to the front, in random order.
    pub(crate) fn draw<T>(&mut self, values: &mut [T], count: usize) {
        for place in 0..count.min(values.len()) {
            let from = place + self.below(values.len() - place);
            values.swap(place, from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_seed_zero_is_the_published_one() {
        let mut random = Random::new(0);
        assert_eq!(random.bits(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.bits(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn numbers_below_an_end_are_all_met_about_equally_often() {
        let mut random = Random::new(5);
        let mut met = [0; 7];
        (0..7000).for_each(|_| met[random.below(7)] += 1);
        assert!(met.iter().all(|&n| (880..1120).contains(&n)), "{met:?}");
    }

    #[test]
    fn a_draw_keeps_every_value() {
        let mut values: Vec<u32> = (0..50).collect();
        Random::new(3).draw(&mut values, 20);
        assert_ne!(values[..20], (0..20).collect::<Vec<_>>());
        values.sort_unstable();
        assert_eq!(values, (0..50).collect::<Vec<_>>());
    }
}

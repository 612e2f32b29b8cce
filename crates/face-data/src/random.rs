//! Randomness by place: what is drawn for one sample depends on the seed and on that sample alone.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

/// The generator of all draws here; its algorithm is fixed, so that a seed means the same in every release.
pub type DataRng = Xoshiro256PlusPlus;

/// The stream of `seed` at `place` (an epoch and a position, say); other places give independent streams, so that threads
/// may draw in any order.
#[must_use]
pub fn stream(seed: u64, place: &[u64]) -> DataRng {
    // Turned, so that a seed and a part of the place cannot be exchanged or cancel each other.
    let state = place.iter().fold(mix(seed), |state, &part| {
        mix(state.rotate_left(32).wrapping_add(part))
    });
    DataRng::seed_from_u64(state)
}

/// The output function of `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::RngExt;

    use super::*;

    #[test]
    fn every_place_has_a_stream_of_its_own() {
        let places: Vec<Vec<u64>> =
            vec![vec![], vec![0], vec![1], vec![0, 0], vec![0, 1], vec![1, 0]];
        let seeds = 0..50_u64;
        let firsts: BTreeSet<u64> = seeds
            .flat_map(|seed| places.iter().map(move |place| stream(seed, place).random()))
            .collect();
        assert_eq!(firsts.len(), 300);
    }

    #[test]
    fn a_place_gives_the_same_stream_again() {
        let draw = || -> [u64; 4] { stream(7, &[3, 9]).random() };
        assert_eq!(draw(), draw());
    }
}

//! Intervals of verification rates when comparisons share people.
//!
//! Two comparisons of one person rise and fall together, so comparisons must not be drawn again one by one. The people
//! are: a person drawn twice brings every comparison twice, one with another person as often as the product says (the
//! subsets bootstrap of Bolle, Ratha and Pankanti, CVIU 2004).

use crate::{Bootstrap, Estimate, Proportion};

/// The similarity of two faces, and of whom they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Higher is more alike.
    pub similarity: f32,
    /// Both people, counted from 0; the same twice in a mated comparison.
    pub people: (u32, u32),
}

/// Comparisons among people, for rates with intervals over the people.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparisons {
    /// Highest similarity first.
    mated: Vec<Comparison>,
    /// Highest similarity first; where [`Self::pictures`] is known, only the highest of them.
    non_mated: Vec<Comparison>,
    people: usize,
    /// How many pictures each person has in a comparison of all with all.
    pictures: Option<Vec<u32>>,
}

impl Comparisons {
    /// A list of comparisons among `people` people, all of them given.
    #[must_use]
    pub fn listed(people: usize, mated: Vec<Comparison>, non_mated: Vec<Comparison>) -> Self {
        Self {
            mated: descending(mated),
            non_mated: descending(non_mated),
            people,
            pictures: None,
        }
    }

    /// The comparison of every picture with every other, `pictures` of each person; of the non-mated ones, of which there
    /// are many, only those with the highest similarities need be given.
    #[must_use]
    pub fn of_all_pairs(
        pictures: Vec<u32>,
        mated: Vec<Comparison>,
        highest_non_mated: Vec<Comparison>,
    ) -> Self {
        Self {
            mated: descending(mated),
            non_mated: descending(highest_non_mated),
            people: pictures.len(),
            pictures: Some(pictures),
        }
    }

    /// Number of mated comparisons.
    #[must_use]
    pub const fn mated(&self) -> usize {
        self.mated.len()
    }

    /// Number of non-mated comparisons, those not given included.
    #[must_use]
    pub fn non_mated(&self) -> u64 {
        match &self.pictures {
            None => self.non_mated.len() as u64,
            Some(_) => self.weight_of_non_mated(&vec![1; self.people]) as u64,
        }
    }

    /// True accept rate at the lowest threshold whose false match rate is not above `fmr`, with the interval over people
    /// (threshold and rate are found anew in each draw). `None` when the comparisons are too few to tell.
    #[must_use]
    pub fn tar_at_fmr(&self, fmr: f64, bootstrap: &Bootstrap) -> Option<Estimate> {
        // Half a comparison less than one, because a draw's counts are whole numbers in floating point.
        if fmr * (self.non_mated() as f64) < 1.0 - 1e-9 {
            return None;
        }
        let ones = vec![1; self.people];
        let value = self.tar(fmr, &ones)?;
        let of = self.mated.len() as u64;
        let hits = (value * of as f64).round() as u64;
        let estimate = Proportion::new(hits, of).wilson();
        match bootstrap.interval(self.people, |drawn| self.tar(fmr, drawn)) {
            Some((low, high)) if low < high => {
                Some(estimate.within((low.min(value), high.max(value))))
            }
            _ => Some(estimate),
        }
    }

    /// The rate when person `i` counts `drawn[i]` times.
    fn tar(&self, fmr: f64, drawn: &[u32]) -> Option<f64> {
        let allowed = fmr * self.weight_of_non_mated(drawn) * (1.0 + 1e-12);
        let mut reached = 0.0;
        let refused = self.non_mated.iter().find(|comparison| {
            reached += product(drawn, comparison);
            reached > allowed
        });
        let floor = match refused {
            Some(refused) => refused.similarity,
            // All of them may match; where only the highest were given, what lies below is unknown.
            None if self.pictures.is_none() => f32::NEG_INFINITY,
            None => return None,
        };
        let (mut matched, mut total) = (0.0, 0.0);
        for comparison in &self.mated {
            // One person's comparison with itself comes as often as the person, not as the square of that.
            let weight = f64::from(drawn[comparison.people.0 as usize]);
            total += weight;
            if comparison.similarity > floor {
                matched += weight;
            }
        }
        (total > 0.0).then(|| matched / total)
    }

    fn weight_of_non_mated(&self, drawn: &[u32]) -> f64 {
        let Some(pictures) = &self.pictures else {
            return self.non_mated.iter().map(|c| product(drawn, c)).sum();
        };
        let each = drawn.iter().zip(pictures);
        let (sum, squares) = each.fold((0.0, 0.0), |(sum, squares), (&times, &pictures)| {
            let all = f64::from(times) * f64::from(pictures);
            (sum + all, squares + all * all)
        });
        (sum * sum - squares) / 2.0
    }
}

fn product(drawn: &[u32], comparison: &Comparison) -> f64 {
    let (a, b) = comparison.people;
    f64::from(drawn[a as usize]) * f64::from(drawn[b as usize])
}

fn descending(mut comparisons: Vec<Comparison>) -> Vec<Comparison> {
    comparisons.sort_unstable_by(|a, b| b.similarity.total_cmp(&a.similarity));
    comparisons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scores;

    fn comparison(similarity: f32, a: u32, b: u32) -> Comparison {
        Comparison {
            similarity,
            people: (a, b),
        }
    }

    /// 40 people, two pictures each; every fourth person's pictures are unlike each other.
    fn people() -> (Vec<Comparison>, Vec<Comparison>) {
        let mated = (0..40)
            .map(|p| comparison(if p % 4 == 0 { 0.2 } else { 0.8 }, p, p))
            .collect();
        let mut non_mated = Vec::new();
        for a in 0..40_u32 {
            for b in 0..a {
                let score = f32::from(((a * 7919 + b * 104_729) % 1000) as u16) / 2000.0;
                (0..4).for_each(|_| non_mated.push(comparison(score, a, b)));
            }
        }
        (mated, non_mated)
    }

    #[test]
    fn the_rate_itself_is_that_of_plain_counting() {
        let (mated, non_mated) = people();
        let of = |all: &[Comparison]| all.iter().map(|c| c.similarity).collect::<Vec<_>>();
        let plain = Scores::new(of(&mated), of(&non_mated)).unwrap();
        let ours = Comparisons::listed(40, mated, non_mated);
        for fmr in [0.5, 0.1, 0.01] {
            let found = ours.tar_at_fmr(fmr, &Bootstrap::default()).unwrap();
            let expected = plain.at_fmr(fmr).unwrap().tar().value;
            assert!((found.value - expected).abs() < 1e-9, "{fmr}: {found:?}");
            assert!(found.low <= found.value && found.value <= found.high);
        }
    }

    #[test]
    fn the_highest_alone_give_the_same_as_all() {
        let (mated, non_mated) = people();
        let all = Comparisons::listed(40, mated.clone(), non_mated.clone());
        let mut highest = non_mated;
        highest.retain(|c| c.similarity > 0.4);
        let tail = Comparisons::of_all_pairs(vec![2; 40], mated, highest);
        assert_eq!(all.non_mated(), tail.non_mated());
        let bootstrap = Bootstrap {
            seed: 9,
            resamples: 100,
        };
        assert_eq!(
            all.tar_at_fmr(0.05, &bootstrap),
            tail.tar_at_fmr(0.05, &bootstrap)
        );
        assert_eq!(
            tail.tar_at_fmr(0.9, &bootstrap),
            None,
            "below what was given"
        );
    }

    #[test]
    fn few_people_make_a_wide_interval_whatever_the_number_of_comparisons() {
        let mut mated = Vec::new();
        for person in 0..10 {
            (0..100).for_each(|_| {
                mated.push(comparison(
                    if person < 5 { 0.9 } else { 0.1 },
                    person,
                    person,
                ));
            });
        }
        let non_mated: Vec<_> = (1..10).map(|p| comparison(0.5, 0, p)).collect();
        let found = Comparisons::listed(10, mated, non_mated)
            .tar_at_fmr(0.2, &Bootstrap::default())
            .unwrap();
        let independent = Proportion::new(500, 1000).wilson();
        assert!((found.value - 0.5).abs() < 1e-9);
        assert!(
            found.high - found.low > 3.0 * (independent.high - independent.low),
            "{found:?}"
        );
    }

    #[test]
    fn too_few_comparisons_cannot_tell_a_small_rate() {
        let (mated, non_mated) = people();
        let all = Comparisons::listed(40, mated, non_mated);
        assert_eq!(all.non_mated(), 3120);
        assert!(
            all.tar_at_fmr(1.0 / 3120.0, &Bootstrap::default())
                .is_some()
        );
        assert!(all.tar_at_fmr(3e-4, &Bootstrap::default()).is_none());
    }
}

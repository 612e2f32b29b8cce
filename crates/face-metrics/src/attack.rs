//! Presentation attacks: how many pass, species by species (ISO/IEC 30107-3).

use serde::{Deserialize, Serialize};

use crate::error::sorted;
use crate::{Estimate, MetricError, Proportion};

/// Scores of one species of attacks (a kind of instrument, or a source of pictures), 0 (bona fide) to 1 (attack).
#[derive(Debug, Clone, PartialEq)]
pub struct Species {
    /// What it is called.
    pub name: String,
    /// A score for each presentation.
    pub scores: Vec<f32>,
}

/// Scores of bona fide presentations and of attacks.
#[derive(Debug, Clone, PartialEq)]
pub struct AttackScores {
    /// Ascending.
    bona_fide: Vec<f32>,
    species: Vec<Species>,
}

/// Share of one species that passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpeciesRate {
    /// What it is called.
    pub name: String,
    /// Attack presentation classification error rate: share of its attacks below the threshold.
    pub apcer: Estimate,
}

/// Error rates at one threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttackRates {
    /// Score from which on a presentation is taken for an attack.
    pub threshold: f32,
    /// Bona fide presentation classification error rate: share of living faces at or above the threshold.
    pub bpcer: Estimate,
    /// Each species.
    pub species: Vec<SpeciesRate>,
}

impl AttackRates {
    /// The species that passes most often, which is the figure that counts.
    #[must_use]
    pub fn worst(&self) -> Option<&SpeciesRate> {
        self.species
            .iter()
            .max_by(|a, b| a.apcer.value.total_cmp(&b.apcer.value))
    }
}

impl AttackScores {
    /// Scores of at least one bona fide presentation and one species, none of them empty.
    ///
    /// # Errors
    /// [`MetricError::Nothing`] and [`MetricError::NotANumber`].
    pub fn new(bona_fide: Vec<f32>, species: Vec<Species>) -> Result<Self, MetricError> {
        let bona_fide = sorted(bona_fide, "bona fide presentation")?;
        if species.is_empty() {
            return Err(MetricError::Nothing("species of attacks"));
        }
        let species = species.into_iter().map(|species| {
            let scores = sorted(species.scores, "attack of a species")?;
            Ok(Species { scores, ..species })
        });
        Ok(Self {
            bona_fide,
            species: species.collect::<Result<_, MetricError>>()?,
        })
    }

    /// The error rates at `threshold`.
    #[must_use]
    pub fn at(&self, threshold: f32) -> AttackRates {
        let species = self.species.iter().map(|species| SpeciesRate {
            name: species.name.clone(),
            apcer: below(&species.scores, threshold).wilson(),
        });
        AttackRates {
            threshold,
            bpcer: below(&self.bona_fide, threshold).complement().wilson(),
            species: species.collect(),
        }
    }

    /// The error rates at the lowest threshold at which not more than `bpcer` of the bona fide presentations are refused.
    #[must_use]
    pub fn at_bpcer(&self, bpcer: f64) -> AttackRates {
        let refused = (bpcer * self.bona_fide.len() as f64 * (1.0 + 1e-12)) as usize;
        let threshold = match self.bona_fide.len().checked_sub(refused + 1) {
            Some(last_accepted) => self.bona_fide[last_accepted].next_up(),
            None => self.bona_fide[0],
        };
        self.at(threshold)
    }
}

fn below(scores: &[f32], threshold: f32) -> Proportion {
    let below = scores.partition_point(|&score| score < threshold);
    Proportion::new(below as u64, scores.len() as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn species(name: &str, scores: &[f32]) -> Species {
        Species {
            name: name.to_owned(),
            scores: scores.to_vec(),
        }
    }

    fn scores() -> AttackScores {
        let bona_fide = (0..20).map(|i| i as f32 / 40.0).collect();
        let print = species("print", &[0.9, 0.8, 0.95, 0.2]);
        let replay = species("replay", &[0.46, 0.47, 0.6]);
        AttackScores::new(bona_fide, vec![print, replay]).unwrap()
    }

    #[test]
    fn rates_at_a_fixed_share_of_refused_living_faces_are_counted_by_hand() {
        // One of twenty may be refused: the highest, 0.475; the next, 0.45, must pass.
        let rates = scores().at_bpcer(0.05);
        assert!(rates.threshold > 0.45 && rates.threshold < 0.4501);
        assert!((rates.bpcer.value - 0.05).abs() < 1e-12);
        assert!((rates.species[0].apcer.value - 0.25).abs() < 1e-12);
        assert!(rates.species[1].apcer.value.abs() < 1e-12);
        assert_eq!(
            rates.worst().map(|worst| worst.name.as_str()),
            Some("print")
        );
    }

    #[test]
    fn when_no_living_face_may_be_refused_the_threshold_lies_above_all() {
        let rates = scores().at_bpcer(0.0);
        assert!(rates.bpcer.value == 0.0 && rates.threshold > 0.475);
        assert!((rates.species[1].apcer.value - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(
            rates.worst().map(|worst| worst.name.as_str()),
            Some("replay")
        );
    }

    #[test]
    fn a_species_without_attacks_is_refused() {
        assert!(AttackScores::new(vec![0.1], vec![species("mask", &[])]).is_err());
        assert!(AttackScores::new(vec![0.1], vec![]).is_err());
        assert!(AttackScores::new(vec![], vec![species("mask", &[0.5])]).is_err());
    }

    proptest! {
        #[test]
        fn a_higher_threshold_lets_more_attacks_and_more_living_faces_pass(a in 0.0_f32..1.0, b in 0.0_f32..1.0) {
            let (low, high) = (scores().at(a.min(b)), scores().at(a.max(b)));
            prop_assert!(low.bpcer.value >= high.bpcer.value);
            for (low, high) in low.species.iter().zip(&high.species) {
                prop_assert!(low.apcer.value <= high.apcer.value);
            }
        }

        #[test]
        fn not_more_living_faces_are_refused_than_said(bpcer in 0.0_f64..1.0) {
            prop_assert!(scores().at_bpcer(bpcer).bpcer.value <= bpcer + 1e-9);
        }
    }
}

//! Tells a living face from a picture of one.

use face_packs::{Evidence, Network, OnnxRuntime, Pack, Role};
use face_types::AttackScore;
use face_vision::{Recapture, RgbImage, border, crop_scaled, widen};

use crate::detector::Detection;
use crate::{AnalyseError, OpenError, input};

/// Largest log odds of the networks that count. They are often certain, and of faces before a camera that is new to them often wrong.
const SUREST: f32 = 2.0;

/// What a pack has against presentation attacks: networks, evidence in the pixels, or both.
#[derive(Debug)]
pub(crate) struct Attack {
    networks: Vec<(Network, face_packs::Attack)>,
    evidence: Option<Evidence>,
}

/// What speaks for and against a presentation attack, before it is one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttackMeasures {
    /// What the pixels say; `None` of less than two of them a side.
    pub picture: Option<Recapture>,
    /// How surely the face lies within the border of a screen or a sheet, 0 to 1.
    pub border: f32,
    /// One minus the mean of the networks' probabilities of a bona fide presentation; `None` without networks.
    pub networks: Option<f32>,
}

impl AttackMeasures {
    /// The measures of [`Evidence::terms`], in their order; `None` where one is missing.
    #[must_use]
    pub fn values(&self) -> Option<Vec<f32>> {
        let picture = self.picture?;
        let mut values = vec![picture.white_point, picture.texture, picture.detail];
        values.extend(self.networks.map(log_odds));
        Some(values)
    }

    /// The score by `evidence`: 1 for a raster or a border, else the logistic regression's.
    ///
    /// A face of which there is no more than a pixel is taken for an attack.
    #[must_use]
    pub fn score(&self, evidence: &Evidence) -> AttackScore {
        let (Some(picture), Some(values)) = (self.picture, self.values()) else {
            return AttackScore(1.0);
        };
        let raster = evidence.raster;
        let has_raster = picture.excess > raster.excess && picture.raster > raster.raster;
        if has_raster || self.border >= evidence.border {
            return AttackScore(1.0);
        }
        let terms = evidence.terms().into_iter().zip(values);
        let sum: f32 = terms
            .map(|((_, term), value)| term.weight * term.standard(value))
            .sum();
        AttackScore(1.0 / (1.0 + (-evidence.bias - sum).exp()))
    }
}

fn log_odds(attack: f32) -> f32 {
    (attack / (1.0 - attack)).ln().clamp(-SUREST, SUREST)
}

impl Attack {
    /// `None` when the pack has nothing of the kind.
    pub(crate) fn open(
        pack: &Pack,
        runtime: &OnnxRuntime,
        threads: usize,
    ) -> Result<Option<Self>, OpenError> {
        let manifest = pack.manifest();
        let specs = manifest.attack.iter().enumerate();
        let networks = specs.map(|(index, spec)| {
            let network = pack.network(Role::Attack(index), runtime, threads)?;
            Ok((network, spec.clone()))
        });
        let attack = Self {
            networks: networks.collect::<Result<_, OpenError>>()?,
            evidence: manifest.evidence.clone(),
        };
        Ok(manifest.detects_attacks().then_some(attack))
    }

    /// 0 (bona fide) to 1 (attack): by the evidence, or where the pack has none of it by the networks alone.
    pub(crate) fn score(
        &mut self,
        picture: &RgbImage,
        face: &Detection,
    ) -> Result<AttackScore, AnalyseError> {
        let measures = self.measures(picture, face)?;
        Ok(match (&self.evidence, measures.networks) {
            (Some(evidence), _) => measures.score(evidence),
            (None, networks) => AttackScore(networks.unwrap_or(1.0)),
        })
    }

    /// What the score is made of.
    pub(crate) fn measures(
        &mut self,
        picture: &RgbImage,
        face: &Detection,
    ) -> Result<AttackMeasures, AnalyseError> {
        Ok(AttackMeasures {
            picture: Recapture::of(picture, &face.landmarks),
            border: border(picture, &face.bounding_box),
            networks: self.networks(picture, face)?,
        })
    }

    fn networks(
        &mut self,
        picture: &RgbImage,
        face: &Detection,
    ) -> Result<Option<f32>, AnalyseError> {
        let mut real = 0.0;
        for (network, spec) in &mut self.networks {
            let bounds = widen(
                &face.bounding_box,
                spec.crop_scale,
                picture.width(),
                picture.height(),
            );
            let crop = crop_scaled(picture, &bounds, spec.input.width, spec.input.height);
            let answer = input::run_one(network, &crop, &spec.input, None)?;
            real += input::probability(network, &answer, spec.real_index, spec.activation)?;
        }
        let count = self.networks.len();
        Ok((count > 0).then(|| 1.0 - real / count as f32))
    }
}

#[cfg(test)]
mod tests {
    use face_packs::{Raster, Term};
    use rstest::rstest;

    use super::*;

    const PLAIN: Recapture = Recapture {
        white_point: 0.0,
        texture: 0.0,
        detail: 0.0,
        excess: 0.0,
        raster: 0.0,
    };

    fn evidence(networks: bool) -> Evidence {
        let term = |weight| Term {
            mean: 0.0,
            scale: 0.5,
            weight,
        };
        Evidence {
            bias: -1.0,
            white_point: term(1.0),
            texture: term(-1.0),
            detail: term(-0.5),
            networks: networks.then(|| term(0.25)),
            raster: Raster {
                excess: 0.5,
                raster: 0.8,
            },
            border: 0.7,
        }
    }

    fn score(picture: Recapture, networks: Option<f32>) -> f32 {
        let measures = AttackMeasures {
            picture: Some(picture),
            border: 0.6,
            networks,
        };
        measures.score(&evidence(networks.is_some())).0
    }

    fn odds(score: f32) -> f32 {
        (score / (1.0 - score)).ln()
    }

    #[rstest]
    #[case::at_the_means(PLAIN, None, -1.0)]
    #[case::a_bluer_white(Recapture { white_point: 0.5, ..PLAIN }, None, 0.0)]
    #[case::more_texture(Recapture { texture: 0.5, ..PLAIN }, None, -2.0)]
    #[case::no_measure_counts_without_end(Recapture { white_point: 99.0, ..PLAIN }, None, 2.0)]
    #[case::all_together(Recapture { white_point: 0.5, texture: -0.5, detail: -0.5, ..PLAIN }, None, 1.5)]
    #[case::networks_that_cannot_tell(PLAIN, Some(0.5), -1.0)]
    #[case::networks_that_are_certain(PLAIN, Some(1.0), -0.25)]
    #[case::networks_that_are_certain_of_life(PLAIN, Some(0.0), -1.75)]
    #[case::an_excess_alone(Recapture { excess: 0.6, ..PLAIN }, None, -1.0)]
    #[case::directions_alone(Recapture { raster: 0.9, ..PLAIN }, None, -1.0)]
    fn terms_add_up(
        #[case] picture: Recapture,
        #[case] networks: Option<f32>,
        #[case] expected: f32,
    ) {
        let found = odds(score(picture, networks));
        assert!((found - expected).abs() < 1e-3, "{found}");
    }

    #[test]
    fn a_raster_is_an_attack_whatever_the_rest_says() {
        let raster = Recapture {
            texture: 9.0,
            excess: 0.6,
            raster: 0.9,
            ..PLAIN
        };
        assert!(score(raster, Some(0.0)) >= 1.0);
    }

    #[test]
    fn a_border_is_an_attack_whatever_the_rest_says() {
        let measures = AttackMeasures {
            picture: Some(PLAIN),
            border: 0.7,
            networks: Some(0.0),
        };
        assert_eq!(measures.score(&evidence(true)), AttackScore(1.0));
    }

    #[test]
    fn a_face_of_which_nothing_can_be_measured_is_taken_for_an_attack() {
        let measures = AttackMeasures {
            picture: None,
            border: 0.0,
            networks: None,
        };
        assert_eq!(measures.score(&evidence(false)), AttackScore(1.0));
    }
}

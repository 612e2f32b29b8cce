//! Tells a living face from a picture of one.

use face_packs::{Network, OnnxRuntime, Pack, Role};
use face_types::{AttackScore, BoundingBox};
use face_vision::{RgbImage, crop_scaled, widen};

use crate::{AnalyseError, OpenError, input};

/// The presentation-attack networks of a pack; they judge together.
#[derive(Debug)]
pub(crate) struct Attack(Vec<(Network, face_packs::Attack)>);

impl Attack {
    /// `None` when the pack has none.
    pub(crate) fn open(
        pack: &Pack,
        runtime: &OnnxRuntime,
        threads: usize,
    ) -> Result<Option<Self>, OpenError> {
        let specs = pack.manifest().attack.iter().enumerate();
        let networks = specs.map(|(index, spec)| {
            let network = pack.network(Role::Attack(index), runtime, threads)?;
            Ok((network, spec.clone()))
        });
        let networks: Vec<_> = networks.collect::<Result<_, OpenError>>()?;
        Ok((!networks.is_empty()).then_some(Self(networks)))
    }

    /// One minus the mean of the networks' probabilities of a bona fide presentation.
    pub(crate) fn score(
        &mut self,
        picture: &RgbImage,
        face: &BoundingBox,
    ) -> Result<AttackScore, AnalyseError> {
        let mut real = 0.0;
        for (network, spec) in &mut self.0 {
            let bounds = widen(face, spec.crop_scale, picture.width(), picture.height());
            let crop = crop_scaled(picture, &bounds, spec.input.width, spec.input.height);
            let answer = input::run_one(network, &crop, &spec.input, None)?;
            real += input::probability(network, &answer, spec.real_index, spec.activation)?;
        }
        Ok(AttackScore(1.0 - real / self.0.len() as f32))
    }
}

//! Turns aligned faces into templates.

use face_packs::{Network, OnnxRuntime, Pack, Role};
use face_types::{ModelId, Template};
use face_vision::{AlignmentTemplate, RgbImage};

use crate::{AnalyseError, OpenError, align, input};

/// Faces of one run. More cost more memory and, on a processor, no less time a face.
const BATCH: usize = 4;

/// The embedder of a pack.
#[derive(Debug)]
pub(crate) struct Embedder {
    network: Network,
    spec: face_packs::Embedder,
    model: ModelId,
    /// Where the five points lie in its input.
    pub(crate) template: AlignmentTemplate,
}

impl Embedder {
    pub(crate) fn open(
        pack: &Pack,
        runtime: &OnnxRuntime,
        threads: usize,
    ) -> Result<Self, OpenError> {
        let spec = pack.manifest().embedder.clone();
        Ok(Self {
            network: pack.network(Role::Embedder, runtime, threads)?,
            model: pack.manifest().model_id(),
            template: align::five_points(&spec.alignment, &spec.input),
            spec,
        })
    }

    /// The model that the templates are bound to.
    pub(crate) const fn model(&self) -> &ModelId {
        &self.model
    }

    /// The templates of faces aligned to [`Self::template`], in order.
    pub(crate) fn embed(&mut self, faces: &[RgbImage]) -> Result<Vec<Template>, AnalyseError> {
        let batch = if self.network.takes_batches() {
            BATCH
        } else {
            1
        };
        let mut templates = Vec::with_capacity(faces.len());
        for faces in faces.chunks(batch) {
            templates.extend(self.embed_batch(faces)?);
        }
        Ok(templates)
    }

    fn embed_batch(&mut self, faces: &[RgbImage]) -> Result<Vec<Template>, AnalyseError> {
        let values = input::batch(&faces.iter().collect::<Vec<_>>(), &self.spec.input);
        let name = self.network.name().to_owned();
        let outputs = self
            .network
            .run(&self.spec.input.shape(faces.len()), &values)?;
        let output = match &self.spec.output {
            Some(output) => outputs.named(output)?,
            None => outputs.at(0)?,
        };
        let expected = faces.len() * self.spec.dimension;
        if output.values.len() != expected {
            let found = output.values.len();
            return Err(AnalyseError::Answer {
                network: name,
                expected,
                found,
            });
        }
        let raw = output.values.chunks_exact(self.spec.dimension);
        let templates = raw.map(|raw| Ok(Template::normalise(self.model.clone(), raw.to_vec())?));
        templates.collect()
    }
}

//! The detector that is learnt from, run in ONNX Runtime.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use face_nets::STRIDES;
use face_packs::{Digest, Network, OnnxRuntime, Outputs, PixelSpec};
use face_pipeline::input;
use face_vision::RgbImage;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, places};
use crate::teach::ensure_digest;

/// Somebody who knows where the faces of a square picture are; asked from several threads.
pub trait Teacher: Send + Sync + std::fmt::Debug {
    /// What it says of `picture`; the same for the same picture.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn answer(&self, picture: &RgbImage) -> anyhow::Result<Answer>;
}

/// The `[teacher]` table of a recipe: a network with the outputs of `YuNet`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeacherSettings {
    /// Digest of the ONNX file.
    pub sha256: Digest,
    /// Order and range of its input's values.
    pub pixels: PixelSpec,
    /// Score from which on it sees a face: the check's faces.
    pub threshold: f32,
    /// Of two of its boxes that overlap more than this (intersection over union), the lower score is dropped.
    pub nms_iou: f32,
}

/// `YuNet`, one copy for each thread that asks at a time.
#[derive(Debug)]
pub struct YuNet {
    runtime: OnnxRuntime,
    file: Vec<u8>,
    pixels: PixelSpec,
    idle: Mutex<Vec<Network>>,
}

impl YuNet {
    /// The network in the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read or is not the recipe's.
    pub fn open(
        path: &Path,
        settings: &TeacherSettings,
        runtime: &OnnxRuntime,
    ) -> anyhow::Result<Self> {
        ensure_digest(path, settings.sha256)?;
        Ok(Self {
            runtime: runtime.clone(),
            file: std::fs::read(path)?,
            pixels: settings.pixels,
            idle: Mutex::default(),
        })
    }

    /// A copy that nobody else uses.
    fn take(&self) -> anyhow::Result<Network> {
        let idle = self.idle().pop();
        idle.map_or_else(
            || {
                let network = Network::from_bytes(&self.runtime, "the teacher", &self.file, 1);
                Ok(network?)
            },
            Ok,
        )
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Network>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Teacher for YuNet {
    fn answer(&self, picture: &RgbImage) -> anyhow::Result<Answer> {
        let mut network = self.take()?;
        let mut values = vec![0.0; picture.len()];
        input::write(picture, &self.pixels, &mut values);
        let shape = self.pixels.shape(1, picture.width(), picture.height());
        let answer = read(&network.run(&shape, &values)?, picture.width() as usize)?;
        self.idle().push(network);
        Ok(answer)
    }
}

/// The outputs for a picture of `side` by `side` pixels.
fn read(outputs: &Outputs<'_>, side: usize) -> anyhow::Result<Answer> {
    let mut answer = Answer::default();
    for stride in STRIDES {
        let of = |kind: &str| outputs.named(&format!("{kind}_{stride}"));
        let scores = of("cls")?.values.iter().zip(of("obj")?.values);
        // Probabilities that rounding may have pushed over the edge.
        let score = |(class, object): (&f32, &f32)| (class * object).clamp(0.0, 1.0).sqrt();
        answer.scores.extend(scores.map(score));
        answer.bounds.extend(of("bbox")?.values);
        answer.points.extend(of("kps")?.values);
    }
    let lengths = [answer.bounds.len() / 4, answer.points.len() / 10];
    anyhow::ensure!(
        answer.scores.len() == places(side) && lengths == [answer.scores.len(); 2],
        "the teacher's outputs are not those of YuNet for a square picture of {side} pixels"
    );
    Ok(answer)
}

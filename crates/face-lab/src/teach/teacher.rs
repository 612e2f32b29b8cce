//! A teacher: a public embedder, run on crops.

use std::path::PathBuf;

use anyhow::Context as _;
use face_packs::{Network, OnnxRuntime};
use face_pipeline::input;
use face_vision::{AlignmentTemplate, align};
use image::{RgbImage, imageops};

use face_data::CROP_TEMPLATE;
use face_types::Landmarks;

use super::{TeacherSettings, TeachersRecipe};

/// A teacher, ready to run.
#[derive(Debug)]
pub(super) struct Teacher {
    settings: TeacherSettings,
    template: AlignmentTemplate,
    network: Network,
}

/// Opens every teacher for one thread.
pub(super) fn open_all(
    recipe: &TeachersRecipe,
    files: &[PathBuf],
    runtime: &OnnxRuntime,
) -> anyhow::Result<Vec<Teacher>> {
    let open = |(settings, file): (&TeacherSettings, &PathBuf)| {
        let input = &settings.input;
        let points = settings.alignment.landmarks(input.width, input.height).0;
        Ok(Teacher {
            settings: settings.clone(),
            template: AlignmentTemplate {
                size: input.width,
                points,
            },
            network: Network::open(runtime, file, 1)?,
        })
    };
    recipe.teacher.iter().zip(files).map(open).collect()
}

impl Teacher {
    /// The template of a crop: the mean with the mirrored crop's, of unit length.
    pub(super) fn mirrored_mean(&mut self, crop: &RgbImage) -> anyhow::Result<Vec<f32>> {
        let face = self.aligned(crop)?;
        let mut template = self.run(&face)?;
        let mirrored = self.run(&imageops::flip_horizontal(&face))?;
        for (value, other) in template.iter_mut().zip(mirrored) {
            *value += other;
        }
        normalise(&mut template);
        Ok(template)
    }

    /// The template of a crop as it is, of unit length.
    pub(super) fn template(&mut self, crop: &RgbImage) -> anyhow::Result<Vec<f32>> {
        let face = self.aligned(crop)?;
        self.run(&face)
    }

    fn aligned(&self, crop: &RgbImage) -> anyhow::Result<RgbImage> {
        align(crop, &Landmarks(CROP_TEMPLATE.points), &self.template)
            .context("the template's points span no face")
    }

    fn run(&mut self, face: &RgbImage) -> anyhow::Result<Vec<f32>> {
        let spec = &self.settings.input;
        let mut template = input::run_one(&mut self.network, face, spec, None)?;
        anyhow::ensure!(
            template.len() == self.settings.dimension,
            "{} gives {} values",
            self.settings.file,
            template.len()
        );
        normalise(&mut template);
        Ok(template)
    }
}

/// Brings `values` to unit length; a vector of zeros stays.
pub(super) fn normalise(values: &mut [f32]) {
    let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in values.iter_mut() {
            *value /= length;
        }
    }
}

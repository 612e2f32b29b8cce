//! A teacher: a public embedder, run on crops.

use std::path::PathBuf;

use anyhow::Context as _;
use face_packs::{Network, OnnxRuntime};
use face_pipeline::input;
use face_vision::{AlignmentTemplate, align};
use image::{RgbImage, imageops};

use face_data::CROP_TEMPLATE;
use face_types::Landmarks;

use super::places::Cut;
use super::{Places, TeacherSettings, TeachersRecipe};

/// A teacher, ready to run.
#[derive(Debug)]
pub(super) struct Teacher {
    settings: TeacherSettings,
    template: AlignmentTemplate,
    network: Answering,
}

/// How a teacher answers.
#[derive(Debug)]
enum Answering {
    /// With its template, which is one place.
    Whole(Network),
    /// With the shares of places.
    InPlaces(Cut),
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
        let network = match &settings.map {
            Some(map) if recipe.places > 1 => {
                let bytes = std::fs::read(file)?;
                let named = (settings.file.as_str(), bytes.as_slice());
                Answering::InPlaces(Cut::open(runtime, named, map, recipe.places)?)
            }
            _ => Answering::Whole(Network::open(runtime, file, 1)?),
        };
        Ok(Teacher {
            settings: settings.clone(),
            template: AlignmentTemplate {
                size: input.width,
                points,
            },
            network,
        })
    };
    recipe.teacher.iter().zip(files).map(open).collect()
}

impl Teacher {
    /// The shares in the template of a crop: the mean with the mirrored crop's, their sum of unit length.
    pub(super) fn mirrored_mean(&mut self, crop: &RgbImage) -> anyhow::Result<Places> {
        let face = self.aligned(crop)?;
        let own = self.run(&face)?;
        let mirrored = self.run(&imageops::flip_horizontal(&face))?;
        let mut mean = own.plus(&mirrored.mirrored());
        mean.normalise();
        Ok(mean)
    }

    /// The shares in the template of a crop as it is, their sum of unit length.
    pub(super) fn template(&mut self, crop: &RgbImage) -> anyhow::Result<Places> {
        let face = self.aligned(crop)?;
        self.run(&face)
    }

    fn aligned(&self, crop: &RgbImage) -> anyhow::Result<RgbImage> {
        align(crop, &Landmarks(CROP_TEMPLATE.points), &self.template)
            .context("the template's points span no face")
    }

    fn run(&mut self, face: &RgbImage) -> anyhow::Result<Places> {
        let spec = &self.settings.input;
        let mut places = match &mut self.network {
            Answering::Whole(network) => {
                let values = input::run_one(network, face, spec, None)?;
                Places {
                    side: 1,
                    dimension: values.len(),
                    values,
                }
            }
            Answering::InPlaces(cut) => cut.places(&spec.shape(1), &input::batch(&[face], spec))?,
        };
        anyhow::ensure!(
            places.dimension == self.settings.dimension,
            "{} gives {} values",
            self.settings.file,
            places.dimension
        );
        places.normalise();
        Ok(places)
    }
}

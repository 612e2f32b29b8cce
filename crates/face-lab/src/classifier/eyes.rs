//! Eyes, open and closed, as examples.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use burn::tensor::Device;
use face_data::sampling::{Shares, split_by_group};
use face_data::{CROP_TEMPLATE, CropEntry, CropSet, Layout, PictureSet, cores};
use face_nets::Classifier;
use face_pipeline::eye_squares;
use face_types::{BoundingBox, Landmarks};
use face_vision::RgbImage;
use serde::{Deserialize, Serialize};

use super::examples::{Examples, Gathered, Stratum, cut, plain};
use super::{ClassifierRecipe, best_weights, judge};
use crate::evaluate::{spread, work};
use crate::label::EyeLabels;
use crate::train::{RunFolder, checkpoint};

/// The part of a set that is trained on, where it has parts.
const TRAINING: &str = "train";
/// The label of class 1.
const OPEN: &str = "open";

/// `[eyes]` of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EyeSettings {
    /// Share of the training part that decides which weights are the best.
    pub validation: f64,
    /// Share kept for the report, of a set that has no parts of its own.
    #[serde(default)]
    pub test: f64,
    /// Side of the square around an eye, as a multiple of the distance between the eyes: the `crop` of the pack's
    /// manifest.
    pub crop: f32,
    /// Eyes of the packed crops of whole faces, labelled by `lab label`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faces: Option<FaceEyes>,
}

/// Which eyes of packed crops are used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceEyes {
    /// The probability that every judge must give both eyes of a face for its label.
    pub sure: f32,
    /// Faces of either state at most.
    pub most: usize,
    /// How often they are drawn from, where the set of eyes counts 1.
    pub share: usize,
}

/// Packed crops of faces whose eyes are both open or both closed.
#[derive(Debug)]
pub(super) struct LabelledFaces {
    pub(super) crops: CropSet,
    /// Whether the eyes of each are open.
    pub(super) open: Vec<bool>,
}

impl LabelledFaces {
    /// The faces in the packed shards below `data` on which the judges in `labels` agree, spread evenly over them.
    pub(super) fn read(settings: &FaceEyes, data: &Path, labels: &Path) -> anyhow::Result<Self> {
        let labels = EyeLabels::read(labels)?;
        let agreed = labels
            .0
            .iter()
            .filter_map(|eyes| Some((&*eyes.crop, eyes.agreed(settings.sure)?)));
        let (open, closed): (Vec<_>, Vec<_>) = agreed.partition(|(_, is_open)| *is_open);
        let chosen = [open, closed].into_iter().flat_map(|of_state| {
            let wanted = spread(Some(settings.most), of_state.len());
            wanted.into_iter().map(move |at| of_state[at])
        });
        let chosen: HashMap<&str, bool> = chosen.collect();
        let is_chosen = |entry: &CropEntry| chosen.contains_key(&*entry.name);
        let crops = CropSet::read_shards(&data.join("faces"), is_chosen)?;
        let open = crops.entries().iter().map(|entry| chosen[&*entry.name]);
        Ok(Self {
            open: open.collect(),
            crops,
        })
    }
}

/// The pictures of one eye each in `set`; a part called `train` is trained on and the other parts are for the report.
/// Without parts the set is split by group.
pub(super) fn read(
    recipe: &ClassifierRecipe,
    settings: &EyeSettings,
    set: &PictureSet,
    faces: Option<&LabelledFaces>,
) -> anyhow::Result<Examples> {
    let mut gathered = Gathered::default();
    let squares = eye_squares(&Landmarks(CROP_TEMPLATE.points), settings.crop);
    let is_open = |picture| set.label_of(&set.pictures()[picture]) == Some(OPEN);
    for (picture, crop) in crops(recipe, set)?.into_iter().enumerate() {
        let eye = &set.pictures()[picture];
        let target = f32::from(u8::from(is_open(picture)));
        gathered.push(&eye.name, set.part_of(eye), crop, target);
    }
    let (training, validation, reports) = split(recipe, settings, set)?;
    let mut strata = strata(TRAINING, &training, 1, is_open);
    if let (Some(faces), Some(settings)) = (faces, &settings.faces) {
        let first = set.len();
        let mut rows = Vec::new();
        for (face, is_open) in faces.open.iter().enumerate() {
            let picture = faces.crops.crop(face).to_image();
            let name = &faces.crops.entries()[face].name;
            for square in squares {
                let crop = cut(&picture, &square, recipe);
                rows.push(gathered.push(name, "faces", crop, f32::from(u8::from(*is_open))));
            }
        }
        let is_open = |row: usize| faces.open[(row - first) / 2];
        strata.extend(self::strata("faces", &rows, settings.share, is_open));
    }
    let reports = reports.into_iter().map(|(name, rows)| (name, plain(rows)));
    gathered.finish(
        recipe.stored_side(),
        strata,
        plain(validation),
        reports.collect(),
    )
}

/// The rows of both classes.
fn strata(
    name: &str,
    rows: &[usize],
    share: usize,
    is_open: impl Fn(usize) -> bool,
) -> Vec<Stratum> {
    let of_class = |class: usize| Stratum {
        name: name.to_owned(),
        rows: rows
            .iter()
            .copied()
            .filter(|&row| usize::from(is_open(row)) == class)
            .collect(),
        class,
        share,
        is_simulated: false,
    };
    [0, 1].map(of_class).into()
}

/// Each picture as a stored example: all of it is the crop.
fn crops(recipe: &ClassifierRecipe, set: &PictureSet) -> anyhow::Result<Vec<RgbImage>> {
    let all: Vec<usize> = (0..set.len()).collect();
    work::each(
        "eyes",
        &all,
        cores(),
        || Ok(()),
        |(), &picture| {
            let picture = set.load(picture)?;
            let (width, height) = picture.dimensions();
            let bounds = BoundingBox::new(0.0, 0.0, width as f32, height as f32);
            Ok(cut(&picture, &bounds, recipe))
        },
    )
}

/// Rows to train on, rows for the check, and the sets for the report.
type Parts = (Vec<usize>, Vec<usize>, Vec<(String, Vec<usize>)>);

fn split(
    recipe: &ClassifierRecipe,
    settings: &EyeSettings,
    set: &PictureSet,
) -> anyhow::Result<Parts> {
    let in_part = |name: &str| -> Vec<usize> {
        let rows = 0..set.len();
        rows.filter(|&row| set.part_of(&set.pictures()[row]) == name)
            .collect()
    };
    let has_parts = set.parts().iter().any(|part| part == TRAINING);
    let (pool, test) = if has_parts {
        (in_part(TRAINING), 0.0)
    } else {
        ((0..set.len()).collect(), settings.test)
    };
    let shares = Shares::new(settings.validation, test).context("in [eyes]")?;
    let all = set.group_numbers();
    let groups: Vec<u32> = pool.iter().map(|&row| all[row]).collect();
    let split = split_by_group(&groups, shares, recipe.training.seed);
    let rows =
        |chosen: Vec<usize>| -> Vec<usize> { chosen.into_iter().map(|at| pool[at]).collect() };
    let reports = if has_parts {
        let others = set.parts().iter().filter(|part| *part != TRAINING);
        others.map(|part| (part.clone(), in_part(part))).collect()
    } else {
        vec![("test".to_owned(), rows(split.test))]
    };
    Ok((rows(split.training), rows(split.validation), reports))
}

/// The set of eyes below `data`.
pub(super) fn open(data: &Path) -> anyhow::Result<PictureSet> {
    Ok(PictureSet::open(
        &super::set_in(data, "eyes"),
        Layout::Eyes,
    )?)
}

/// The eye net of a run, as a judge of packed crops.
#[derive(Debug)]
pub(crate) struct EyeJudge {
    recipe: ClassifierRecipe,
    squares: [BoundingBox; 2],
    net: Classifier,
}

impl EyeJudge {
    /// The best weights of the run in `folder`.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        let recipe = ClassifierRecipe::parse(&RunFolder::recipe(folder)?)?;
        let settings = recipe.eyes.context("the run is not of an eye net")?;
        let net = recipe.network.init(&Device::flex());
        Ok(Self {
            squares: eye_squares(&Landmarks(CROP_TEMPLATE.points), settings.crop),
            net: checkpoint::load(net, &best_weights(folder))?,
            recipe,
        })
    }

    /// How open the left and the right eye of every crop are, 0 to 1.
    pub(crate) fn judge(&self, crops: &CropSet) -> Vec<[f32; 2]> {
        let rows = 0..crops.len();
        let eyes: Vec<(usize, BoundingBox)> = rows
            .flat_map(|row| self.squares.map(|square| (row, square)))
            .collect();
        let show = |(row, square): &(usize, BoundingBox)| {
            cut(&crops.crop(*row).to_image(), square, &self.recipe)
        };
        let placement = self.recipe.placement();
        let found = judge::of_crops(&self.net, &eyes, show, &placement, &Device::flex());
        found.as_chunks::<2>().0.to_vec()
    }
}

//! Living faces and attacks, recorded and simulated, as examples.

use std::path::Path;

use anyhow::Context as _;
use face_data::sampling::{Shares, split_by_group};
use face_data::{CROP_SIDE, CropSet, Layout, PictureSet, Recapture, cores, crops::read_index};
use face_types::BoundingBox;
use face_vision::{RgbImage, widen};
use serde::{Deserialize, Serialize};

use super::ClassifierRecipe;
use super::examples::{Examples, Gathered, Judged, Stratum, cut, plain};
use crate::evaluate::{spread, work};
use crate::label::FaceLabels;

/// The label of class 1.
const LIVE: &str = "live";
/// Face size in the source picture from which on a packed crop is sharp enough for a living face, in pixels.
const SHARP_PX: u32 = 90;

/// `[attack]` of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttackSettings {
    /// Sides of the crop as a multiple of the face box's: the `crop_scale` of the pack's manifest.
    pub widening: f32,
    /// Other widenings that are trained on besides.
    #[serde(default)]
    pub also: Vec<f32>,
    /// The source that is kept out of training and reported on; without it all are trained on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out: Option<String>,
    /// Share of `scenes` and `faces` that decides which weights are the best, live and with simulated attacks.
    pub validation: f64,
    /// Packed crops at most.
    pub faces: usize,
    /// How often each origin is drawn from.
    pub shares: AttackShares,
    /// How attacks are simulated on living faces.
    #[serde(default)]
    pub recapture: Recapture,
}

/// How often each origin is drawn from, in relation to the others of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttackShares {
    /// Each recorded source: its living face, its attacks.
    pub source: usize,
    /// Each recorded source with attacks simulated on its living face.
    pub source_simulated: usize,
    /// `scenes`, living and with simulated attacks.
    pub scenes: usize,
    /// `faces`, likewise.
    pub faces: usize,
}

/// The sets that examples are made of.
#[derive(Debug)]
pub(super) struct AttackSets {
    pub(super) attacks: PictureSet,
    pub(super) scenes: Option<PictureSet>,
    pub(super) faces: Option<CropSet>,
    pub(super) labels: FaceLabels,
}

impl AttackSets {
    /// Those below `data`; `scenes` and `faces` only if the recipe draws from them.
    pub(super) fn open(
        settings: &AttackSettings,
        data: &Path,
        labels: &Path,
    ) -> anyhow::Result<Self> {
        let open = |name, layout| PictureSet::open(&super::set_in(data, name), layout);
        let shares = settings.shares;
        let packed = data.join("faces");
        let faces = (shares.faces > 0).then(|| living(&packed, settings.faces));
        let scenes = (shares.scenes > 0).then(|| open("scenes", Layout::Scenes));
        Ok(Self {
            attacks: open("attacks", Layout::Attacks)?,
            scenes: scenes.transpose()?,
            faces: faces.transpose()?,
            labels: FaceLabels::read(labels)?,
        })
    }
}

/// At most `most` sharp packed crops, spread over all collections.
fn living(shards: &Path, most: usize) -> anyhow::Result<CropSet> {
    let index = read_index(shards)?;
    let sharp: Vec<&str> = index
        .iter()
        .filter(|entry| entry.face_px >= SHARP_PX)
        .map(|entry| &*entry.name)
        .collect();
    let chosen = spread(Some(most), sharp.len());
    let chosen: std::collections::HashSet<&str> = chosen.into_iter().map(|at| sharp[at]).collect();
    Ok(CropSet::read_shards(shards, |entry| {
        chosen.contains(&*entry.name)
    })?)
}

/// All examples of a recipe.
pub(super) fn read(
    recipe: &ClassifierRecipe,
    settings: &AttackSettings,
    sets: &AttackSets,
) -> anyhow::Result<Examples> {
    let mut all = Reading {
        recipe,
        settings,
        labels: &sets.labels,
        gathered: Gathered::default(),
        strata: Vec::new(),
        validation: Vec::new(),
    };
    let reports = all.recorded(&sets.attacks)?;
    if let Some(scenes) = &sets.scenes {
        let (pictures, rows) = all.pictures("scenes", scenes)?;
        let groups: Vec<u32> = pictures.into_iter().map(|at| at as u32).collect();
        all.living("scenes", &rows, &groups, settings.shares.scenes)?;
    }
    if let Some(faces) = &sets.faces {
        all.faces(faces)?;
    }
    let side = recipe.stored_side();
    all.gathered
        .finish(side, all.strata, all.validation, reports)
}

/// Examples in the making.
struct Reading<'a> {
    recipe: &'a ClassifierRecipe,
    settings: &'a AttackSettings,
    labels: &'a FaceLabels,
    gathered: Gathered,
    strata: Vec<Stratum>,
    validation: Vec<Judged>,
}

impl Reading<'_> {
    /// The recorded sources; gives the one that is held out, for the report.
    fn recorded(&mut self, set: &PictureSet) -> anyhow::Result<Vec<(String, Vec<Judged>)>> {
        let held_out = self.settings.held_out.as_deref();
        if let Some(name) = held_out {
            let is_there = set.groups().iter().any(|group| group == name);
            anyhow::ensure!(
                is_there,
                "there is no source {name}; there are {:?}",
                set.groups()
            );
        }
        let (pictures, rows) = self.pictures("attacks", set)?;
        let shares = self.settings.shares;
        let mut reports = Vec::new();
        for (source, name) in set.groups().iter().enumerate() {
            let numbered = pictures.iter().zip(&rows);
            let own =
                numbered.filter(|(picture, _)| set.pictures()[**picture].group as usize == source);
            let is_live = |picture: &usize| set.label_of(&set.pictures()[*picture]) == Some(LIVE);
            if held_out == Some(name) {
                // As the product cuts them: the first widening alone.
                reports.push((name.clone(), plain(own.map(|(_, rows)| rows[0]))));
                continue;
            }
            let (live, attacks): (Vec<_>, Vec<_>) = own.partition(|(picture, _)| is_live(picture));
            let flat = |of: Vec<(&usize, &Vec<usize>)>| {
                of.into_iter().flat_map(|(_, rows)| rows.clone()).collect()
            };
            let (live, attacks): (Vec<usize>, Vec<usize>) = (flat(live), flat(attacks));
            self.strata
                .push(stratum(name, attacks, 0, shares.source, false));
            self.strata.push(stratum(
                name,
                live.clone(),
                0,
                shares.source_simulated,
                true,
            ));
            self.strata
                .push(stratum(name, live, 1, shares.source, false));
        }
        Ok(reports)
    }

    /// The pictures of a set in which the labels know a face, and the rows of each: one a widening.
    fn pictures(
        &mut self,
        name: &str,
        set: &PictureSet,
    ) -> anyhow::Result<(Vec<usize>, Vec<Vec<usize>>)> {
        let face = |picture: &usize| self.labels.largest(name, &set.pictures()[*picture].name);
        let pictures: Vec<usize> = (0..set.len()).filter(|at| face(at).is_some()).collect();
        let (recipe, settings) = (self.recipe, self.settings);
        let crops = work::each(
            name,
            &pictures,
            cores(),
            || Ok(()),
            |(), picture| {
                let bounds = face(picture).context("only pictures with a face are left")?;
                Ok(widened(recipe, settings, &set.load(*picture)?, &bounds))
            },
        )?;
        let mut rows = Vec::with_capacity(pictures.len());
        for (picture, crops) in pictures.iter().zip(crops) {
            let facts = &set.pictures()[*picture];
            let target = if set.label_of(facts).is_none_or(|label| label == LIVE) {
                1.0
            } else {
                0.0
            };
            let each = crops.into_iter();
            rows.push(
                each.map(|crop| self.gathered.push(&facts.name, name, crop, target))
                    .collect(),
            );
        }
        Ok((pictures, rows))
    }

    /// Packed crops: a face that fills its picture, as faces held close to the camera do.
    fn faces(&mut self, faces: &CropSet) -> anyhow::Result<()> {
        let side = CROP_SIDE as f32;
        let whole = BoundingBox::new(0.0, 0.0, side, side);
        let mut rows = Vec::with_capacity(faces.len());
        for (at, entry) in faces.entries().iter().enumerate() {
            let crop = cut(&faces.crop(at).to_image(), &whole, self.recipe);
            rows.push(vec![self.gathered.push(&entry.name, "faces", crop, 1.0)]);
        }
        // People are not to be torn apart; whoever has no name is a group of his own.
        let nameless = faces.classes().len() as u32;
        let labels = faces.labels().iter().zip(nameless..);
        let groups: Vec<u32> = labels.map(|(label, own)| label.unwrap_or(own)).collect();
        self.living("faces", &rows, &groups, self.settings.shares.faces)
    }

    /// Living faces, which are shown to a camera once more for class 0.
    fn living(
        &mut self,
        name: &str,
        rows: &[Vec<usize>],
        groups: &[u32],
        share: usize,
    ) -> anyhow::Result<()> {
        let shares = Shares::new(self.settings.validation, 0.0).context("in [attack]")?;
        let split = split_by_group(groups, shares, self.recipe.training.seed);
        let training: Vec<usize> = split
            .training
            .iter()
            .flat_map(|&at| rows[at].clone())
            .collect();
        self.strata
            .push(stratum(name, training.clone(), 0, share, true));
        self.strata.push(stratum(name, training, 1, share, false));
        for at in split.validation {
            let row = rows[at][0];
            let judged = [false, true].map(|is_simulated| Judged { row, is_simulated });
            self.validation.extend(judged);
        }
        Ok(())
    }
}

fn stratum(
    name: &str,
    rows: Vec<usize>,
    class: usize,
    share: usize,
    is_simulated: bool,
) -> Stratum {
    Stratum {
        name: name.to_owned(),
        rows,
        class,
        share,
        is_simulated,
    }
}

/// The face in `bounds` at every widening, the product's first.
fn widened(
    recipe: &ClassifierRecipe,
    settings: &AttackSettings,
    picture: &RgbImage,
    bounds: &BoundingBox,
) -> Vec<RgbImage> {
    let (width, height) = picture.dimensions();
    let all = std::iter::once(&settings.widening).chain(&settings.also);
    let cut = |factor: &f32| cut(picture, &widen(bounds, *factor, width, height), recipe);
    all.map(cut).collect()
}

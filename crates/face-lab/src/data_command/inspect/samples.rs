//! A few pictures of a set, drawn at random, and the page about them.

use std::collections::BTreeSet;

use anyhow::{Context as _, anyhow};
use face_data::{Augmentation, CropSet, FaceCut, PictureSet, crops};
use face_vision::RgbImage;

use super::page::Page;
use super::survey::{self, Survey};
use super::{InspectArguments, Locate, sheet};

/// Pictures drawn at random from a set.
pub(super) struct Samples {
    /// Names and pictures.
    pub(super) pictures: Vec<(String, RgbImage)>,
    /// Whether they are aligned crops already.
    pub(super) are_crops: bool,
    seed: u64,
}

/// Counts the set and decodes its samples.
pub(super) fn look(arguments: &InspectArguments) -> anyhow::Result<(Survey, Samples)> {
    let path = &arguments.path;
    let last = path.file_name().unwrap_or(path.as_os_str());
    let name = last.to_string_lossy().into_owned();
    let are_crops = path.join(crops::INDEX_FILE).is_file();
    let (survey, pictures) = if are_crops {
        look_at_shards(arguments, name)?
    } else {
        look_at_pictures(arguments, name)?
    };
    let samples = Samples {
        pictures,
        are_crops,
        seed: arguments.seed,
    };
    Ok((survey, samples))
}

/// What was counted, and the samples by name.
type Seen = (Survey, Vec<(String, RgbImage)>);

fn look_at_pictures(arguments: &InspectArguments, name: String) -> anyhow::Result<Seen> {
    let layout = arguments
        .layout
        .context("say with --layout how the set lies there")?;
    let set = PictureSet::open(&arguments.path, layout)?;
    let mut survey = Survey::of_pictures(name, &set);
    let mut pictures = Vec::new();
    for index in survey::choose(set.len(), arguments.drawn(), arguments.seed) {
        match set.load(index) {
            Ok(picture) => pictures.push((set.pictures()[index].name.clone(), picture)),
            Err(error) => survey.broken.push(format!("{:#}", anyhow!(error))),
        }
    }
    Ok((survey, pictures))
}

fn look_at_shards(arguments: &InspectArguments, name: String) -> anyhow::Result<Seen> {
    let entries = crops::read_index(&arguments.path)?;
    let survey = Survey::of_crops(name, &entries);
    let chosen = survey::choose(entries.len(), arguments.drawn(), arguments.seed);
    let names: BTreeSet<&str> = chosen.iter().map(|&at| &*entries[at].name).collect();
    let set = CropSet::read_shards(&arguments.path, |entry| names.contains(&*entry.name))?;
    let drawn = set.entries().iter().enumerate();
    let pictures = drawn.map(|(at, entry)| (entry.name.clone(), set.crop(at).to_image()));
    Ok((survey, pictures.collect()))
}

/// Pictures of which changed versions are shown.
const CHANGED: usize = 8;

impl Samples {
    /// The page: the samples, their faces cut in every way where `locate` finds them, and changed as for training.
    pub(super) fn draw(
        &self,
        survey: Survey,
        augmentation: &Augmentation,
        locate: &mut Locate<'_>,
    ) -> Page {
        let mut page = Page::new(survey);
        page.add("samples", "Samples", sheet::grid(&self.pictures));
        let names = FaceCut::ALL.map(FaceCut::name).join(", ");
        let caption = format!("The picture, and its face cut by {names}");
        page.add("transforms", &caption, sheet::rows(&self.cuts(locate)));
        let caption = "As a network would see them, unchanged first";
        page.add(
            "augmentation",
            caption,
            sheet::rows(&self.changed(augmentation)),
        );
        page
    }

    fn cuts(&self, locate: &mut Locate<'_>) -> Vec<Vec<RgbImage>> {
        let pictures = self.pictures.iter();
        let cut = pictures.filter_map(|(_, picture)| Some(sheet::cuts(picture, &locate(picture)?)));
        cut.collect()
    }

    fn changed(&self, augmentation: &Augmentation) -> Vec<Vec<RgbImage>> {
        let pictures = self.pictures.iter().take(CHANGED).zip(0..);
        let changed = pictures.map(|((_, picture), number)| {
            sheet::augmented(picture, augmentation, self.are_crops, (self.seed, number))
        });
        changed.collect()
    }
}

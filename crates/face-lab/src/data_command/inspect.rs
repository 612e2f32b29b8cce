//! `lab data inspect`: what a set holds, in numbers and pictures.

mod bars;
mod page;
mod samples;
mod sheet;
mod survey;
#[cfg(test)]
mod tests;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use face_data::{Augmentation, Layout, LocatedFace};
use face_packs::{OnnxRuntime, Pack, Search, on_standard_error};
use face_pipeline::{Analyzer, Select, Wishes};
use face_vision::RgbImage;

use samples::look;

/// What to look at, and where to draw it.
#[derive(Debug, Args)]
pub struct InspectArguments {
    /// Folder, tar file or folder of packed shards (with `index.tsv`)
    pub path: PathBuf,
    /// How the set lies there: people, states-of-people, eyes, sequences, attacks, scenes; not needed for packed shards
    #[arg(long, value_parser = layout)]
    pub layout: Option<Layout>,
    /// Folder for a page with samples; without it only the counts are printed
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// How many pictures to draw
    #[arg(long, default_value_t = 24)]
    pub samples: usize,
    /// Which ones: another seed draws others
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Pack whose detector finds the faces, to show the cuts side by side
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// Augmentation in TOML, as in a recipe; without it every part is shown at its usual strength
    #[arg(long)]
    pub augmentation: Option<PathBuf>,
}

fn layout(name: &str) -> Result<Layout, String> {
    Layout::named(name).ok_or_else(|| {
        let known = Layout::ALL.map(Layout::name).join(", ");
        format!("no layout is called {name}; known are {known}")
    })
}

/// Finds the face of a picture.
type Locate<'a> = dyn FnMut(&RgbImage) -> Option<LocatedFace> + 'a;

/// Runs `lab data inspect`.
pub(super) fn run(arguments: &InspectArguments) -> anyhow::Result<()> {
    let augmentation = read_augmentation(arguments.augmentation.as_deref())?;
    let mut analyzer = arguments.pack.as_deref().map(open_detector).transpose()?;
    let mut locate = |picture: &RgbImage| largest_face(analyzer.as_mut()?, picture);
    let (survey, samples) = look(arguments)?;
    let mut out = std::io::stdout().lock();
    write!(out, "{survey}")?;
    let Some(folder) = &arguments.out else {
        return Ok(());
    };
    let page = samples.draw(survey, &augmentation, &mut locate);
    page.write(folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    writeln!(out, "drawn in {}", folder.join(page::PAGE_FILE).display())?;
    Ok(())
}

fn read_augmentation(path: Option<&Path>) -> anyhow::Result<Augmentation> {
    let read = |path: &Path| std::fs::read_to_string(path);
    let text = match path {
        None => USUAL.to_owned(),
        Some(path) => read(path).with_context(|| format!("cannot read {}", path.display()))?,
    };
    toml::from_str(&text).context("the augmentation")
}

/// Every part, often enough to be met among a few samples.
const USUAL: &str = "mirror = 0.5
grey = 0.1
geometry.chance = 0.8
occlusion = { chance = 0.3, mouth = 0.4, eyes = 0.4 }
light.chance = 0.6
colour_cast.chance = 0.4
gaussian_blur.chance = 0.3
motion_blur.chance = 0.2
low_resolution.chance = 0.3
noise.chance = 0.4
jpeg.chance = 0.4
";

fn open_detector(pack: &Path) -> anyhow::Result<Analyzer> {
    let search = Search::of_this_machine();
    let runtime = OnnxRuntime::locate_or_fetch_blocking(&search, &*on_standard_error())?;
    Ok(Analyzer::open(&Pack::open(pack)?, &runtime, 1)?)
}

fn largest_face(analyzer: &mut Analyzer, picture: &RgbImage) -> Option<LocatedFace> {
    let wishes = Wishes {
        select: Select::Largest,
        ..Wishes::default()
    };
    let analysis = analyzer.analyse_pixels(picture, wishes).ok()?;
    let face = analysis.faces.first()?;
    Some(LocatedFace {
        bounds: face.bounding_box,
        landmarks: face.landmarks,
        score: face.score,
    })
}

impl InspectArguments {
    /// How many pictures are decoded: none when nothing is drawn.
    fn drawn(&self) -> usize {
        if self.out.is_some() { self.samples } else { 0 }
    }
}

//! `lab figures`: what evaluations and training runs found, drawn as SVG and PNG, with a report in one HTML file.
//!
//! Each figure is a list of marks on a sheet, worked out without a drawing library and painted twice.

mod axis;
mod curves;
mod distributions;
mod dots;
mod font;
mod html;
mod input;
mod lines;
mod matches;
mod paint;
mod rates;
mod sheet;
mod style;
mod training;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use self::input::Input;
use self::sheet::Sheet;

/// `lab figures`.
#[derive(Debug, clap::Args)]
pub struct FiguresArgs {
    /// JSON files of `lab evaluate`, and folders of training runs; several are drawn into the same figures.
    #[arg(long, required = true, num_args = 1.., value_name = "JSON|RUN")]
    pub from: Vec<PathBuf>,
    /// Folder for the figures and `report.html`.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Pack with which faces drawn by this program are matched, for a figure of matches with their distances.
    #[arg(long, value_name = "DIR")]
    pub pack: Option<PathBuf>,
    /// TrueType or OpenType font of the PNG files, where none of the usual ones is installed.
    #[arg(long, value_name = "FILE")]
    pub font: Option<PathBuf>,
}

/// A figure with the name of its files.
struct Figure {
    name: String,
    sheet: Sheet,
}

impl Figure {
    fn new(name: impl Into<String>, sheet: Sheet) -> Self {
        Self {
            name: name.into(),
            sheet,
        }
    }
}

/// Draws everything that there is to draw.
///
/// # Errors
/// When a file cannot be read or written, or there is nothing to draw.
pub fn run(args: &FiguresArgs) -> Result<()> {
    let input = Input::read(&args.from)?;
    let mut figures = all(&input);
    if let Some(pack) = &args.pack {
        figures.push(Figure::new("matches", matches::draw(pack)?));
    }
    ensure!(
        !figures.is_empty(),
        "there is nothing to draw in these files"
    );
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make {}", args.out.display()))?;
    let has_font = font::register(args.font.as_deref())?;
    for figure in &figures {
        write(figure, &args.out, has_font)?;
    }
    let report = html::report(&input, &figures)?;
    save(&args.out.join("report.html"), report.as_bytes())?;
    say(args, &figures, has_font)
}

fn all(input: &Input) -> Vec<Figure> {
    [
        curves::all(&input.reports),
        distributions::all(&input.reports),
        rates::all(&input.reports),
        rates::eyes_by_augmentation(&input.runs),
        training::all(&input.runs),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn write(figure: &Figure, folder: &Path, has_font: bool) -> Result<()> {
    let file = |ending| folder.join(format!("{}.{ending}", figure.name));
    save(&file("svg"), paint::svg(&figure.sheet)?.as_bytes())?;
    if has_font {
        let picture = paint::picture(&figure.sheet)?;
        let path = file("png");
        picture
            .save(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn say(args: &FiguresArgs, figures: &[Figure], has_font: bool) -> Result<()> {
    for figure in figures {
        println!("{}", figure.name);
    }
    println!("in {}, all of them in report.html", args.out.display());
    ensure!(
        has_font,
        "no PNG files: no font is installed; install one (Debian: fonts-dejavu-core) or name one with --font"
    );
    Ok(())
}

#[cfg(test)]
mod tests;

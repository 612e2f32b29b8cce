//! The font of the PNG files. SVG files name no font and are set in the reader's.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use plotters::style::{FontStyle, register_font};

/// Where the usual sans-serif fonts lie, plain and bold.
const USUAL: [[&str; 2]; 6] = [
    [
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/TTF/DejaVuSans.ttf",
        "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    ],
    [
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
        "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
    ],
    [
        "/System/Library/Fonts/Supplemental/Arial.ttf",
        "/System/Library/Fonts/Supplemental/Arial Bold.ttf",
    ],
];

/// Makes the font at `named`, else the first usual one, known to the drawing library; whether there is any.
///
/// # Errors
/// When the font that was named cannot be read.
pub(super) fn register(named: Option<&Path>) -> Result<bool> {
    if let Some(path) = named {
        load(path, FontStyle::Normal)?;
        return Ok(true);
    }
    let found = USUAL.iter().find(|[plain, _]| Path::new(plain).is_file());
    let Some([plain, bold]) = found.map(|pair| pair.map(PathBuf::from)) else {
        return Ok(false);
    };
    load(&plain, FontStyle::Normal)?;
    if bold.is_file() {
        load(&bold, FontStyle::Bold)?;
    }
    Ok(true)
}

fn load(path: &Path, style: FontStyle) -> Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    // The library keeps fonts for as long as the program runs; there are two.
    let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    register_font("sans-serif", style, bytes)
        .ok()
        .with_context(|| format!("{} is no font that can be read", path.display()))
}

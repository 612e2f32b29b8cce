//! `lab data get`: the files of a public set, verified to the byte.

use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use face_packs::{Pinned, Progress, download_blocking, on_standard_error};
use flate2::read::GzDecoder;

use super::catalogue::{Catalogue, PublicFile, PublicSet};

/// What to fetch, and where to.
#[derive(Debug, Args)]
pub struct GetArguments {
    /// Name of the set; without it the known sets are listed
    pub name: Option<String>,
    /// Folder for the files
    #[arg(long, default_value = "data")]
    pub out: PathBuf,
    /// Another list of sets than the one that comes with the program
    #[arg(long)]
    pub catalogue: Option<PathBuf>,
}

/// Runs `lab data get`.
pub(super) fn run(arguments: &GetArguments) -> anyhow::Result<()> {
    let catalogue = Catalogue::open(arguments.catalogue.as_deref())?;
    let mut out = std::io::stdout().lock();
    let Some(name) = &arguments.name else {
        for set in &catalogue.sets {
            writeln!(out, "{:<20} {}", set.name, set.title)?;
        }
        return Ok(());
    };
    let set = catalogue.set(name)?;
    writeln!(out, "{}\n{}\n{}", set.title, set.page, set.terms)?;
    get(set, &arguments.out, &*on_standard_error())?;
    writeln!(out, "{} is in {}", set.name, arguments.out.display())?;
    Ok(())
}

/// Fetches the files of `set` that `folder` lacks; a file that was cut off goes on where it was.
fn get(set: &PublicSet, folder: &Path, progress: &dyn Progress) -> anyhow::Result<()> {
    if let Some(how) = &set.by_hand {
        bail!("{} cannot be fetched by a program.\n{how}", set.name);
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for file in &set.files {
        if !folder.join(file.kept_as()).exists() {
            fetch(file, folder, progress).with_context(|| format!("cannot fetch {}", file.name))?;
        }
    }
    Ok(())
}

fn fetch(file: &PublicFile, folder: &Path, progress: &dyn Progress) -> anyhow::Result<()> {
    let part = folder.join(format!("{}.part", file.name));
    let pinned = Pinned {
        name: &file.name,
        sha256: file.sha256,
        bytes: file.bytes,
    };
    if let Err(errors) = download_blocking(&pinned, &file.addresses, &part, progress) {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        bail!("{}", lines.join("\n"));
    }
    let kept = folder.join(file.kept_as());
    if file.unpacked.is_none() {
        return Ok(std::fs::rename(&part, &kept)?);
    }
    // The name that counts as fetched is given last, so that a kill in between costs no more than the time.
    let unpacked = folder.join(format!("{}.part", file.kept_as()));
    let mut from = GzDecoder::new(BufReader::new(File::open(&part)?));
    std::io::copy(&mut from, &mut File::create(&unpacked)?).context("the archive is broken")?;
    std::fs::rename(&unpacked, &kept)?;
    Ok(std::fs::remove_file(&part)?)
}

#[cfg(test)]
mod tests;

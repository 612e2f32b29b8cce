//! `whos-that pack`: building, fetching and checking packs of networks.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::networks;
use anyhow::{Context as _, Result};
use clap::Subcommand;
use face_packs::{Acceptance, Pack, PullError, Recipe, assemble, on_standard_error, pull};

/// What to do with packs.
#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Build a pack from files on this machine, matched by digest whatever their names: also the way in without internet.
    Assemble {
        /// Manifest file, or the name of one that the program carries (`public`, `reference`).
        manifest: String,
        /// Folders with the files, searched through.
        #[arg(long, required = true, num_args = 1.., value_name = "DIR")]
        from: Vec<PathBuf>,
        /// Folder of the pack.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Fetch a pack from the public addresses and packages in its manifest, each file pinned by digest.
    Pull {
        /// Manifest file, or the name of one that the program carries (`public`, `registry`).
        manifest: String,
        /// Folder of the pack [default: the cache, where starting without --pack finds `registry`].
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Accept the terms that the pack's networks ask to be accepted, in this name; it is recorded in the pack.
        #[arg(long, value_name = "NAME")]
        accept: Option<String>,
    },
    /// Check every file of a pack against its manifest.
    Verify {
        /// Folder of the pack.
        dir: PathBuf,
    },
}

/// Runs the command.
pub(crate) async fn run(command: PackCommand) -> Result<()> {
    match command {
        PackCommand::Assemble {
            manifest,
            from,
            out,
        } => {
            assemble(&recipe(&manifest)?, &from, &out)?;
            say(&out)
        }
        PackCommand::Pull {
            manifest,
            out,
            accept,
        } => {
            let acceptance = accept.map(|by| Acceptance {
                by,
                at_unix_seconds: now(),
            });
            let recipe = recipe(&manifest)?;
            let out = out.map_or_else(|| networks::in_cache(&recipe), Ok)?;
            match pull(
                &recipe,
                &networks::at_hand(),
                &out,
                acceptance.as_ref(),
                &*on_standard_error(),
            )
            .await
            {
                Err(error @ PullError::NotAccepted(_)) => Err(error)
                    .context("read them, then run the same command with --accept YOUR-NAME"),
                other => Ok(other?),
            }?;
            say(&out)
        }
        PackCommand::Verify { dir } => {
            Pack::open(&dir)?.verify()?;
            say(&dir)
        }
    }
}

/// A recipe by file or, failing that, by name.
fn recipe(manifest: &str) -> Result<Recipe> {
    let path = Path::new(manifest);
    match Recipe::named(manifest) {
        Some(recipe) if !path.exists() => Ok(recipe?),
        _ => Ok(Recipe::read(path)?),
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn say(dir: &Path) -> Result<()> {
    let pack = Pack::open(dir)?;
    let manifest = pack.manifest();
    println!(
        "{} {} in {}: every file is as its manifest says",
        manifest.name,
        manifest.version,
        dir.display()
    );
    println!("start with it: whos-that --pack {}", dir.display());
    Ok(())
}

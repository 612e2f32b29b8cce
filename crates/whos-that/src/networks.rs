//! Which pack of networks the system starts with, and the data folder's memory of it.
//!
//! Templates are bound to the model that made them, so a data folder keeps the pack that it began with. A new one gets
//! public networks out of ordinary packages, else the pack that comes with the program.

mod memory;
mod shipped;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use face_packs::{Pack, Recipe, Search, on_standard_error, place_in_cache, pull};

use self::memory::Memory;
use crate::cli::SystemSettings;

/// The recipe of public networks out of ordinary packages.
pub(crate) const REGISTRY: &str = "registry";

/// What to do where there are no networks.
const NONE: &str = "no pack of networks: name one with --pack DIR (or WHOS_THAT_PACK); `whos-that pack pull public --out DIR` \
                    fetches public networks, `whos-that pack assemble MANIFEST --from DIR --out DIR` builds one from files; \
                    the pack `registry`, which the program makes out of ordinary packages of pip and npm, is not to be had";

/// A pack, every file checked, and the reason for it.
pub(crate) struct Choice {
    pub(crate) pack: Pack,
    /// Continues "networks: NAME VERSION, ".
    pub(crate) why: String,
    /// Whether a start that may fetch would try for better ones.
    pub(crate) may_be_better: bool,
}

/// Whether what is missing may be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetch {
    Allowed,
    Forbidden,
}

/// The pack to start with.
///
/// # Errors
/// A sentence that says what was tried and what to do.
pub(crate) async fn choose(system: &SystemSettings, fetch: Fetch) -> Result<Choice> {
    let data = system.registration.data_dir();
    if let Some(folder) = &system.pack {
        return choice(folder, "named by --pack or WHOS_THAT_PACK");
    }
    if let Some(memory) = Memory::read(&data)? {
        return remembered(&memory, &data, fetch).await;
    }
    let reason = match registry(fetch).await {
        Ok(choice) => return Ok(choice),
        Err(reason) => reason,
    };
    let Some(folder) = shipped::folder() else {
        return Err(reason).context(NONE);
    };
    let why = format!("which come with the program; better ones are not to be had: {reason:#}");
    Ok(Choice {
        may_be_better: reason.is::<NotFetched>(),
        ..choice(&folder, &why)?
    })
}

/// Keeps `pack` as the one of the data folder.
pub(crate) fn remember(system: &SystemSettings, pack: &Pack) -> Result<()> {
    Memory::of(pack)?.write(&system.registration.data_dir())
}

/// Says which pack it is and why, in one line.
#[expect(
    clippy::print_stdout,
    reason = "part of the program's answer to being started"
)]
pub(crate) fn announce(choice: &Choice) {
    let manifest = choice.pack.manifest();
    println!(
        "networks: {} {}, {}",
        manifest.name, manifest.version, choice.why
    );
}

fn choice(folder: &Path, why: &str) -> Result<Choice> {
    let pack = Pack::open(folder)?;
    pack.verify()?;
    Ok(Choice {
        pack,
        why: why.to_owned(),
        may_be_better: false,
    })
}

/// The pack that the data folder began with; from the packages again if it was one of theirs and has been cleared away.
async fn remembered(memory: &Memory, data: &Path, fetch: Fetch) -> Result<Choice> {
    let why = format!("which made the templates in {}", data.display());
    let reason = match choice(&memory.folder, &why) {
        Ok(choice) if choice.pack.manifest().model_id().to_string() == memory.model => {
            return Ok(choice);
        }
        Ok(_) => anyhow::anyhow!("{} holds another pack now", memory.folder.display()),
        Err(reason) => reason,
    };
    if memory.pack == REGISTRY
        && recipe()?.manifest().model_id().to_string() == memory.model
        && let Ok(again) = registry(fetch).await
    {
        return Ok(Choice { why, ..again });
    }
    Err(reason).with_context(|| {
        format!(
            "the templates in {} were made by the networks `{}`, which are gone; bring them back or, to begin anew with \
             others, name a pack with --pack DIR",
            data.display(),
            memory.pack
        )
    })
}

/// The pack out of ordinary packages, from the cache or anew.
async fn registry(fetch: Fetch) -> Result<Choice> {
    let recipe = recipe()?;
    let folder = in_cache(&recipe)?;
    if let Ok(choice) = choice(&folder, "the best that need no preparation, from the cache") {
        return Ok(choice);
    }
    if fetch == Fetch::Forbidden {
        return Err(NotFetched.into());
    }
    pull(&recipe, &at_hand(), &folder, None, &*on_standard_error()).await?;
    choice(
        &folder,
        "the best that need no preparation, out of ordinary packages",
    )
}

/// Where files of other packs lie that come with the program.
pub(crate) fn at_hand() -> Vec<PathBuf> {
    shipped::folder().into_iter().collect()
}

/// The pack was looked for in the cache only.
#[derive(Debug, thiserror::Error)]
#[error("it is not in the cache, and nothing is to be fetched now")]
struct NotFetched;

/// The place of the pack of `recipe` in the cache, whose folders are made.
pub(crate) fn in_cache(recipe: &Recipe) -> Result<PathBuf> {
    let folder = place_in_cache(recipe, &Search::of_this_machine().cache);
    let parent = folder
        .parent()
        .expect("the place is in a folder of the cache");
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    Ok(folder)
}

fn recipe() -> Result<Recipe> {
    Ok(Recipe::named(REGISTRY).context("the program carries no recipe of this name")??)
}

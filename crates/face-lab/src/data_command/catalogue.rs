//! The public sets that can be fetched, as a list in TOML.

use std::path::Path;

use anyhow::{Context as _, bail};
use face_packs::Digest;
use serde::Deserialize;

/// The list that comes with the program.
const BUILT_IN: &str = include_str!("catalogue.toml");

/// Sets by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The sets, in the order in which they are listed.
    #[serde(rename = "set")]
    pub sets: Vec<PublicSet>,
}

/// A set that its authors publish.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicSet {
    /// Its name on the command line.
    pub name: String,
    /// What it is, in a line.
    pub title: String,
    /// The authors' page.
    pub page: String,
    /// What may be done with it.
    pub terms: String,
    /// Its files.
    #[serde(default, rename = "file")]
    pub files: Vec<PublicFile>,
    /// How to come by it where no program can fetch it.
    pub by_hand: Option<String>,
}

/// A file whose bytes are known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicFile {
    /// Its name in the folder.
    pub name: String,
    /// Its digest.
    pub sha256: Digest,
    /// Its length; where it is not published, the file is fetched in one go and not resumed.
    pub bytes: Option<u64>,
    /// Where to fetch it, the best first.
    pub addresses: Vec<String>,
    /// The name under which it is kept once its gzip layer is off.
    pub unpacked: Option<String>,
}

impl PublicFile {
    /// The name of what stays in the folder.
    #[must_use]
    pub fn kept_as(&self) -> &str {
        self.unpacked.as_deref().unwrap_or(&self.name)
    }
}

impl Catalogue {
    /// The list at `path`, or the one that comes with the program.
    ///
    /// # Errors
    /// When the file cannot be read or has another form.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        match path {
            None => Self::parse(BUILT_IN),
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.with_context(|| format!("cannot read {}", path.display()))?;
                Self::parse(&text).with_context(|| path.display().to_string())
            }
        }
    }

    /// A list from its text; file names are plain, so that nothing is written beside the folder.
    fn parse(text: &str) -> anyhow::Result<Self> {
        let catalogue: Self = toml::from_str(text).context("the list of public sets")?;
        for file in catalogue.sets.iter().flat_map(|set| &set.files) {
            for name in [&*file.name, file.kept_as()] {
                if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
                    bail!("{name:?} is not a plain file name");
                }
            }
        }
        Ok(catalogue)
    }

    /// The set of this name.
    ///
    /// # Errors
    /// When there is none; the message lists those that there are.
    pub fn set(&self, name: &str) -> anyhow::Result<&PublicSet> {
        let found = self.sets.iter().find(|set| set.name == name);
        found.with_context(|| {
            let known: Vec<&str> = self.sets.iter().map(|set| &*set.name).collect();
            format!(
                "no public set is called {name}; known are {}",
                known.join(", ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_the_list_can_be_fetched_or_says_how_to_come_by_it() {
        let catalogue = Catalogue::open(None).unwrap();
        for set in &catalogue.sets {
            assert_eq!(set.files.is_empty(), set.by_hand.is_some(), "{}", set.name);
            assert!(
                set.files.iter().all(|file| !file.addresses.is_empty()),
                "{}",
                set.name
            );
        }
        let error = catalogue.set("imagenet").unwrap_err().to_string();
        assert!(
            error.contains("lfw-funneled") && error.contains("celeba"),
            "{error}"
        );
    }

    #[test]
    fn a_name_that_leads_out_of_the_folder_is_refused() {
        let text = BUILT_IN.replacen("\"lfw-funneled.tar\"", "\"../lfw.tar\"", 1);
        let error = Catalogue::parse(&text).unwrap_err().to_string();
        assert!(error.contains("../lfw.tar"), "{error}");
    }
}

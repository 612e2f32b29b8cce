//! What the path of a picture says about it, in each of the layouts that are read.

use super::{Found, Source};

/// How a set of pictures lies in its folder or tar file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// A folder for each person; label and group are the person. LFW, and enrolment by folders.
    People,
    /// A folder for each person, frames `STATE-NUMBER` in it; the label is the state (`open`, `maybe-closed`), the group
    /// the person.
    StatesOfPeople,
    /// Folders whose names begin with `open` or `closed` (`closedLeftEyes` and `ClosedFace` of CEW as well), below a
    /// folder for each part (`train`, `test`); both eyes of one face (`..._L`, `..._R`) are one group.
    Eyes,
    /// A folder for each sequence of frames; label and group are the folder.
    Sequences,
    /// `SOURCE/KIND/FRAME`: the label is the kind (`live`, `replay`), the group the source.
    Attacks,
    /// Pictures without a label, each a group of its own; the part is the folder.
    Scenes,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 6] = [
        Self::People,
        Self::StatesOfPeople,
        Self::Eyes,
        Self::Sequences,
        Self::Attacks,
        Self::Scenes,
    ];

    /// Its name on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::StatesOfPeople => "states-of-people",
            Self::Eyes => "eyes",
            Self::Sequences => "sequences",
            Self::Attacks => "attacks",
            Self::Scenes => "scenes",
        }
    }

    /// The layout of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// What the path says; `None` when it does not fit.
    pub(super) fn describe(self, name: String, source: Source) -> Option<Found> {
        let levels: Vec<&str> = name.split('/').collect();
        let (file, folders) = levels.split_last()?;
        let Said { label, group, part } = match self {
            Self::People | Self::Sequences => owner(folders)?,
            Self::StatesOfPeople => Said {
                label: Some(state(file)?),
                ..owner(folders)?
            },
            Self::Eyes => eye(folders, file)?,
            Self::Attacks => attack(folders)?,
            Self::Scenes => Said {
                label: None,
                group: name.clone(),
                part: folders.last().copied().unwrap_or_default().to_owned(),
            },
        };
        Some(Found {
            name,
            source,
            label,
            group,
            part,
        })
    }
}

/// What a path says.
struct Said {
    label: Option<String>,
    group: String,
    part: String,
}

fn owner(folders: &[&str]) -> Option<Said> {
    let owner = *folders.last()?;
    Some(Said {
        label: Some(owner.to_owned()),
        group: owner.to_owned(),
        part: String::new(),
    })
}

/// `open` of `open-00002.webp`.
fn state(file: &str) -> Option<String> {
    Some(file.rsplit_once('-')?.0.to_owned())
}

fn eye(folders: &[&str], file: &str) -> Option<Said> {
    let (state, above) = folders.split_last()?;
    let begins = |word: &str| {
        state
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let label = ["open", "closed"].into_iter().find(|word| begins(word))?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let face = stem.strip_suffix("_L").or_else(|| stem.strip_suffix("_R"));
    let part = above.last().copied().unwrap_or_default();
    Some(Said {
        label: Some(label.to_owned()),
        group: format!("{part}/{label}/{}", face.unwrap_or(stem)),
        part: part.to_owned(),
    })
}

fn attack(folders: &[&str]) -> Option<Said> {
    let [.., source, kind] = folders else {
        return None;
    };
    Some(Said {
        label: Some((*kind).to_owned()),
        group: (*source).to_owned(),
        part: String::new(),
    })
}

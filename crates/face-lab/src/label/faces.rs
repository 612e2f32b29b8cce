//! The largest face of every picture.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use face_data::{Layout, PictureSet};
use face_pipeline::{Analyzer, Facts, Select, Wishes};
use face_types::BoundingBox;

use super::Asked;
use crate::classifier::set_in;
use crate::evaluate::work;

/// Name of the file.
pub const FACES_FILE: &str = "faces.tsv";
/// Its columns; boxes are in pixels of the picture.
const COLUMNS: &str = "set\tname\tx\ty\twidth\theight";

/// The text of the file for the sets below `data`.
pub(super) fn find(asked: &Asked<'_>, data: &Path) -> anyhow::Result<String> {
    let mut text = format!("{COLUMNS}\n");
    for (name, layout) in [("attacks", Layout::Attacks), ("scenes", Layout::Scenes)] {
        let path = set_in(data, name);
        if !path.exists() {
            continue;
        }
        let set = PictureSet::open(&path, layout)?;
        let pictures: Vec<usize> = (0..set.len()).collect();
        let open = || Ok(Analyzer::open(asked.pack, asked.runtime, 1)?);
        let boxes = work::each(
            name,
            &pictures,
            asked.threads,
            open,
            |analyzer, &picture| largest(analyzer, set.bytes(picture)?),
        )?;
        for (bounds, picture) in boxes.into_iter().zip(set.pictures()) {
            if let Some([x, y, width, height]) = bounds.map(<[f32; 4]>::from) {
                let file = &picture.name;
                writeln!(
                    text,
                    "{name}\t{file}\t{x:.2}\t{y:.2}\t{width:.2}\t{height:.2}"
                )?;
            }
        }
    }
    Ok(text)
}

/// The box that the product's attack networks are asked about.
fn largest(analyzer: &mut Analyzer, bytes: Vec<u8>) -> anyhow::Result<Option<BoundingBox>> {
    let wishes = Wishes {
        // A fact that needs the face makes the pipeline look at it twice, as it does for the attack networks.
        facts: Facts {
            eyes: true,
            ..Facts::default()
        },
        select: Select::Largest,
        detect: true,
    };
    let analysis = analyzer.analyse(&[bytes], wishes).remove(0)?;
    Ok(analysis.faces.first().map(|face| face.bounding_box))
}

/// Boxes by set and name of the picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaceLabels(HashMap<(String, String), BoundingBox>);

impl FaceLabels {
    /// Reads the file in the folder `labels`.
    ///
    /// # Errors
    /// When it cannot be read or breaks its format.
    pub fn read(labels: &Path) -> anyhow::Result<Self> {
        let path = labels.join(FACES_FILE);
        let rows = super::read(&path, COLUMNS)?;
        let parse = |row: Vec<String>| {
            let [set, name, bounds @ ..] = &row[..] else {
                return None;
            };
            let bounds: Vec<f32> = bounds
                .iter()
                .map_while(|value| value.parse().ok())
                .collect();
            let bounds = <[f32; 4]>::try_from(bounds).ok()?;
            Some(((set.clone(), name.clone()), bounds.into()))
        };
        let faces = rows.into_iter().map(parse).collect::<Option<_>>();
        faces
            .map(Self)
            .with_context(|| format!("{} has a broken line", path.display()))
    }

    /// The boxes given.
    #[must_use]
    pub fn of(faces: impl IntoIterator<Item = ((String, String), BoundingBox)>) -> Self {
        Self(faces.into_iter().collect())
    }

    /// The box of the largest face in the picture `name` of `set`; `None` when none was found.
    #[must_use]
    pub fn largest(&self, set: &str, name: &str) -> Option<BoundingBox> {
        self.0.get(&(set.to_owned(), name.to_owned())).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_by_set_and_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FACES_FILE);
        std::fs::write(
            &file,
            format!("{COLUMNS}\nscenes\ta/b.webp\t1.5\t2\t30\t40\n"),
        )
        .unwrap();
        let labels = FaceLabels::read(folder.path()).unwrap();
        let found = labels.largest("scenes", "a/b.webp");
        assert_eq!(found, Some(BoundingBox::new(1.5, 2.0, 30.0, 40.0)));
        assert_eq!(labels.largest("attacks", "a/b.webp"), None);
    }

    #[rstest::rstest]
    #[case::columns("a\tb\n")]
    #[case::numbers("set\tname\tx\ty\twidth\theight\nscenes\ta\t1\t2\t3\n")]
    fn a_broken_file_is_refused(#[case] text: &str) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FACES_FILE), text).unwrap();
        assert!(FaceLabels::read(folder.path()).is_err());
    }
}

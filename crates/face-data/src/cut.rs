//! Faces cut out of whole pictures, on all cores, as the crops of a training set.

use face_types::{BoundingBox, Landmarks};
use face_vision::{FaceTransform, RgbImage, align};
use serde::{Deserialize, Serialize};

use crate::crops::{CROP_TEMPLATE, CropEntry, CropSet};
use crate::pictures::PictureSet;
use crate::{DataError, parallel};

/// Where a detector, or a drawing, has a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocatedFace {
    /// The box around it, in pixels of the picture.
    pub bounds: BoundingBox,
    /// Its five points, in pixels of the picture.
    pub landmarks: Landmarks,
    /// The detector's score, 0 to 1.
    pub score: f32,
}

/// How a face becomes a square crop, by its name in a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaceCut {
    /// [`FaceTransform::Rotation`]: the box, widened, its eyes level. The original's default.
    #[default]
    Rotation,
    /// [`FaceTransform::Affine`]: the five points at fixed places, the face sheared if need be.
    Affine,
    /// [`FaceTransform::Simple`]: the box alone.
    Simple,
    /// The five points at the places of [`CROP_TEMPLATE`] by a similarity: what the packed shards hold.
    Aligned,
}

impl FaceCut {
    /// All of them, in the order in which they are compared.
    pub const ALL: [Self; 4] = [Self::Rotation, Self::Affine, Self::Simple, Self::Aligned];

    /// Its name in a recipe.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rotation => "rotation",
            Self::Affine => "affine",
            Self::Simple => "simple",
            Self::Aligned => "aligned",
        }
    }

    /// The face as a picture of `side` x `side`; `None` when [`Self::Aligned`] meets points that span no face.
    #[must_use]
    pub fn apply(self, picture: &RgbImage, face: &LocatedFace, side: u32) -> Option<RgbImage> {
        let transform = match self {
            Self::Rotation => FaceTransform::Rotation,
            Self::Affine => FaceTransform::Affine,
            Self::Simple => FaceTransform::Simple,
            Self::Aligned => return align(picture, &face.landmarks, &CROP_TEMPLATE.scaled(side)),
        };
        Some(transform.apply(picture, &face.bounds, &face.landmarks, side))
    }
}

/// The crops of a set of pictures, and the numbers of the pictures in which no face was found.
///
/// `locate` finds the face of a picture; it is called from several threads. The label of a picture becomes the identity
/// of its crop, its part the crop's set.
///
/// # Errors
/// The first [`DataError`] of a picture that cannot be read.
pub fn cut_faces(
    pictures: &PictureSet,
    locate: impl Fn(&RgbImage) -> Option<LocatedFace> + Sync,
    cut: FaceCut,
    side: u32,
) -> Result<(CropSet, Vec<usize>), DataError> {
    let mut crops: Vec<Option<(LocatedFace, RgbImage)>> = vec![None; pictures.len()];
    parallel::for_each(crops.iter_mut().enumerate().collect(), |(index, crop)| {
        let picture = pictures.load(index)?;
        *crop = locate(&picture).and_then(|face| Some((face, cut.apply(&picture, &face, side)?)));
        Ok(())
    })?;
    let without = crops.iter().enumerate().filter(|(_, crop)| crop.is_none());
    let without = without.map(|(index, _)| index).collect();
    let found = crops
        .into_iter()
        .zip(pictures.pictures())
        .filter_map(|(crop, picture)| {
            let (face, crop) = crop?;
            let entry = CropEntry {
                name: picture.name.clone(),
                set: pictures.part_of(picture).to_owned(),
                identity: pictures.label_of(picture).map(str::to_owned),
                face_px: face.bounds.width.max(face.bounds.height).round() as u32,
                score: face.score,
            };
            Some((entry, crop))
        });
    Ok((CropSet::from_pictures(side, found)?, without))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procedural;

    #[test]
    fn faces_are_cut_from_pictures_with_their_labels() {
        let pictures = procedural::people(2, 2);
        let seen = |picture: &RgbImage| procedural::locate(&pictures, picture);
        let (crops, without) = cut_faces(&pictures, seen, FaceCut::Aligned, 64).unwrap();
        assert!(without.is_empty());
        assert_eq!((crops.len(), crops.side()), (4, 64));
        assert_eq!(crops.classes(), pictures.labels());
        assert_eq!(crops.labels(), pictures.label_numbers());
    }

    #[test]
    fn pictures_without_a_face_are_named() {
        let pictures = procedural::people(1, 3);
        let (crops, without) = cut_faces(&pictures, |_| None, FaceCut::Simple, 32).unwrap();
        assert!(crops.is_empty());
        assert_eq!(without, [0, 1, 2]);
    }

    #[test]
    fn every_cut_gives_the_side_asked_for_and_another_picture() {
        let scene = procedural::scene(3);
        let face = scene.faces[0];
        let cuts = FaceCut::ALL.map(|cut| cut.apply(&scene.picture, &face, 48).unwrap());
        for (index, cut) in cuts.iter().enumerate() {
            assert_eq!(cut.dimensions(), (48, 48));
            assert!(cuts[..index].iter().all(|other| other != cut));
        }
    }
}

//! People with several portraits each.

use face_synth::{Identity, landmarks, portrait_scene, render};
use face_vision::{RgbImage, align};

use super::{SIZE, found, located, person_seed};
use crate::pictures::PictureSet;
use crate::{CROP_SIDE, CROP_TEMPLATE, CropEntry, CropSet, LocatedFace};

/// `people` people with `portraits` portraits each, 192x144; the label is the person.
#[must_use]
pub fn people(people: usize, portraits: usize) -> PictureSet {
    let all = (0..people).flat_map(|person| (0..portraits).map(move |variant| (person, variant)));
    PictureSet::from_found(all.map(|(person, variant)| {
        let name = person_name(person);
        let file = format!("{name}/{name}_{:04}.png", variant + 1);
        found(file, &portrait(person, variant), &name, name.clone())
    }))
}

/// The same people as aligned crops of the packed shards' geometry.
#[must_use]
pub fn crops(people: usize, portraits: usize) -> CropSet {
    let all = (0..people).flat_map(|person| (0..portraits).map(move |variant| (person, variant)));
    let pictures = all.map(|(person, variant)| {
        let face = face_of(person, variant);
        let crop = align(&portrait(person, variant), &face.landmarks, &CROP_TEMPLATE)
            .expect("the points of a drawn face span a face");
        let entry = CropEntry {
            name: format!("{}-{variant}.png", person_name(person)),
            set: "drawn".to_owned(),
            identity: Some(person_name(person)),
            face_px: face.bounds.height as u32,
            score: face.score,
        };
        (entry, crop)
    });
    CropSet::from_pictures(CROP_SIDE, pictures).expect("every crop was aligned to the same size")
}

/// Where the face is in a picture of [`people`]: the detector of these sets, which knows what was drawn.
#[must_use]
pub fn locate(set: &PictureSet, picture: &RgbImage) -> Option<LocatedFace> {
    let shown =
        (0..set.len()).find(|&index| set.load(index).is_ok_and(|other| other == *picture))?;
    let (person, variant) = set.pictures()[shown].name.rsplit_once('_')?;
    let person = person.rsplit_once('-')?.1.parse().ok()?;
    let variant: usize = variant.strip_suffix(".png")?.parse().ok()?;
    Some(face_of(person, variant - 1))
}

fn person_name(person: usize) -> String {
    format!("person-{person:02}")
}

fn portrait(person: usize, variant: usize) -> RgbImage {
    let seed = person_seed(person);
    let scene = portrait_scene(seed, variant as u64);
    render(&Identity::from_seed(seed), &scene, SIZE.0, SIZE.1)
}

fn face_of(person: usize, variant: usize) -> LocatedFace {
    let seed = person_seed(person);
    let scene = portrait_scene(seed, variant as u64);
    located(landmarks(
        &Identity::from_seed(seed),
        &scene,
        SIZE.0,
        SIZE.1,
    ))
}

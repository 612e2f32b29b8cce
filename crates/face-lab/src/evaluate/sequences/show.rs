//! What is shown to the camera, and how it is made of recorded sequences and photographs.

use anyhow::{Context as _, Result, ensure};
use face_data::stream;
use face_synth::{hand_held, jpeg};
use face_vision::{DecodeLimits, RgbImage, decode};
use image::imageops;
use image::imageops::FilterType;
use rand::seq::{IndexedRandom as _, SliceRandom as _};

/// Frames of a sequence that is made of a photograph, as many as a liveness run has.
const FRAMES: usize = 15;
/// JPEG quality of frames that are made.
const QUALITY: u8 = 90;
/// Sequences put into another order, for each that was recorded alive.
const SHUFFLES: u64 = 50;
/// Slideshows of two frames of one recorded sequence.
const SLIDESHOWS: u64 = 30;

/// Recorded sequences and photographs, encoded as they were found.
pub(super) struct Material {
    recorded: Vec<(String, Vec<Vec<u8>>)>,
    people: Vec<(String, Vec<Vec<u8>>)>,
}

/// The name of a way to present oneself or somebody else, and whether it is to pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Species {
    pub(super) name: String,
    pub(super) is_bona_fide: bool,
}

/// A sequence with the probe that it came with, encoded.
pub(super) struct Presented {
    pub(super) probe: Vec<u8>,
    pub(super) frames: Vec<Vec<u8>>,
}

/// One sequence to be made; numbers are those of the [`Material`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Show {
    /// A recorded sequence as it is.
    Recorded(usize),
    /// A recorded sequence by another camera.
    Camera(usize, Camera),
    /// A recorded sequence in another order.
    Shuffled(usize, u64),
    /// Every so many frames of a recorded sequence, each as often in a row.
    Repeated(usize, usize),
    /// Two frames of a recorded sequence as photographs in a hand, in turns.
    SlideshowOfFrames(usize, u64),
    /// The blink of a recorded person, with a photograph of another as the probe.
    Stranger { recorded: usize, victim: usize },
    /// The same, and from the middle on the photograph in a hand; or before the middle.
    StrangerAnd {
        recorded: usize,
        victim: usize,
        is_first: bool,
    },
    /// A photograph, to the byte, again and again.
    Copies(usize),
    /// A photograph in a hand.
    Photograph { person: usize, picture: usize },
    /// Two photographs of a person in a hand, in turns.
    Slideshow {
        person: usize,
        first: usize,
        second: usize,
    },
}

/// What another camera would have made of a recorded sequence; simulated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    is_mirrored: bool,
    /// Levels of 255 added.
    brightness: i32,
    /// Length of a side, as one over so much.
    reduced: u32,
    quality: u8,
}

impl Camera {
    fn all() -> Vec<Self> {
        let mut cameras = Vec::new();
        for is_mirrored in [false, true] {
            for brightness in [-20, 0, 20] {
                for reduced in [1, 2, 3] {
                    cameras.extend([90, 50].map(|quality| Self {
                        is_mirrored,
                        brightness,
                        reduced,
                        quality,
                    }));
                }
            }
        }
        cameras
    }

    fn takes(self, picture: &RgbImage) -> Vec<u8> {
        let (width, height) = picture.dimensions();
        let (width, height) = (width / self.reduced, height / self.reduced);
        let mut taken = imageops::resize(picture, width, height, FilterType::Triangle);
        if self.is_mirrored {
            imageops::flip_horizontal_in_place(&mut taken);
        }
        jpeg(&imageops::brighten(&taken, self.brightness), self.quality)
    }
}

/// Whether a recorded sequence of this name is of somebody who is to pass: `live`, `live-01`, and so on.
fn is_bona_fide(name: &str) -> bool {
    name.strip_prefix("live").is_some_and(|number| {
        number
            .trim_start_matches('-')
            .chars()
            .all(|c| c.is_ascii_digit())
    })
}

impl Material {
    /// # Errors
    /// When a sequence or a person has fewer than two pictures, or no sequence is of somebody who is to pass.
    pub(super) fn new(
        recorded: Vec<(String, Vec<Vec<u8>>)>,
        people: Vec<(String, Vec<Vec<u8>>)>,
    ) -> Result<Self> {
        for (name, pictures) in recorded.iter().chain(&people) {
            ensure!(
                pictures.len() >= 2,
                "{name} has {} pictures, which is too few to make sequences of",
                pictures.len()
            );
        }
        ensure!(
            recorded.iter().any(|(name, _)| is_bona_fide(name)),
            "no recorded sequence is called `live`: nothing says what is to pass"
        );
        Ok(Self { recorded, people })
    }

    /// Everything that is shown, species by species.
    pub(super) fn shows(&self, seed: u64) -> Vec<Show> {
        let recorded = 0..self.recorded.len();
        let alive: Vec<usize> = recorded
            .clone()
            .filter(|&it| is_bona_fide(&self.recorded[it].0))
            .collect();
        let people = 0..self.people.len();
        let each_alive = |make: &dyn Fn(usize) -> Vec<Show>| -> Vec<Show> {
            alive.iter().flat_map(|&it| make(it)).collect()
        };
        let with_victims = |make: &dyn Fn(usize, usize) -> Show| {
            each_alive(&|it| people.clone().map(|victim| make(it, victim)).collect())
        };
        let photographs = people.clone().flat_map(|person| {
            (0..self.people[person].1.len())
                .map(move |picture| Show::Photograph { person, picture })
        });
        let slideshows = people.clone().flat_map(|person| {
            (1..self.people[person].1.len()).map(move |second| Show::Slideshow {
                person,
                first: second - 1,
                second,
            })
        });
        let stranger_and = |is_first| {
            with_victims(&|recorded, victim| Show::StrangerAnd {
                recorded,
                victim,
                is_first,
            })
        };
        let of_cameras = |it| {
            Camera::all()
                .into_iter()
                .map(move |camera| Show::Camera(it, camera))
        };
        recorded
            .map(Show::Recorded)
            .chain(each_alive(&|it| of_cameras(it).collect()))
            .chain(people.clone().map(Show::Copies))
            .chain(photographs)
            .chain(slideshows)
            .chain(each_alive(&|it| {
                let slideshow = |at| Show::SlideshowOfFrames(it, seed ^ at);
                (0..SLIDESHOWS).map(slideshow).collect()
            }))
            .chain(with_victims(&|recorded, victim| Show::Stranger {
                recorded,
                victim,
            }))
            .chain(stranger_and(true))
            .chain(stranger_and(false))
            .chain(each_alive(&|it| {
                (0..SHUFFLES)
                    .map(|at| Show::Shuffled(it, seed ^ at))
                    .collect()
            }))
            .chain(each_alive(&|it| {
                (2..=5).map(|times| Show::Repeated(it, times)).collect()
            }))
            .collect()
    }
}

impl Show {
    /// What it is called in the report.
    pub(super) fn species(self, material: &Material) -> Species {
        let (name, is_bona_fide) = match self {
            Self::Recorded(it) => {
                let name = &material.recorded[it].0;
                (&*format!("{name}, as recorded"), is_bona_fide(name))
            }
            Self::Camera(..) => ("live, other cameras (simulated)", true),
            Self::Shuffled(..) => ("frames in another order", false),
            Self::Repeated(..) => ("frames repeated", false),
            Self::SlideshowOfFrames(..) => ("slideshow of two frames", false),
            Self::Stranger { .. } => ("a stranger's blink", false),
            Self::StrangerAnd { is_first: true, .. } => ("a stranger, then a photograph", false),
            Self::StrangerAnd { .. } => ("a photograph, then a stranger", false),
            Self::Copies(_) => ("copies of a photograph", false),
            Self::Photograph { .. } => ("photograph in a hand", false),
            Self::Slideshow { .. } => ("slideshow of two photographs", false),
        };
        Species {
            name: name.to_owned(),
            is_bona_fide,
        }
    }

    /// The frames, and the probe that they came with: of the person who is to be taken for alive.
    ///
    /// # Errors
    /// When a picture cannot be decoded.
    pub(super) fn frames(self, material: &Material) -> Result<Presented> {
        let recorded = |it: usize| &material.recorded[it].1;
        let people = |it: usize| &material.people[it].1;
        let (probe, frames) = match self {
            Self::Recorded(it) => (&recorded(it)[0], recorded(it).clone()),
            Self::Camera(it, camera) => {
                let frames = recorded(it)
                    .iter()
                    .map(|frame| Ok(camera.takes(&pixels(frame)?)));
                (&recorded(it)[0], frames.collect::<Result<_>>()?)
            }
            Self::Shuffled(it, seed) => {
                let mut frames = recorded(it).clone();
                frames.shuffle(&mut stream(seed, &[1]));
                (&recorded(it)[0], frames)
            }
            Self::Repeated(it, times) => {
                let some = recorded(it).iter().step_by(times);
                let frames = some.flat_map(|frame| vec![frame.clone(); times]);
                (&recorded(it)[0], frames.take(recorded(it).len()).collect())
            }
            Self::SlideshowOfFrames(it, seed) => {
                let two: Vec<_> = recorded(it).sample(&mut stream(seed, &[2]), 2).collect();
                (&recorded(it)[0], in_turns(two[0], two[1], seed)?)
            }
            Self::Stranger {
                recorded: it,
                victim,
            } => (&people(victim)[0], recorded(it).clone()),
            Self::StrangerAnd {
                recorded: it,
                victim,
                is_first,
            } => {
                let photograph = in_a_hand(&people(victim)[0], victim as u64)?;
                let frames = recorded(it);
                let middle = frames.len().min(FRAMES) / 2;
                let (first, then) = if is_first {
                    (frames, &photograph)
                } else {
                    (&photograph, frames)
                };
                let frames = first[..middle].iter().chain(&then[middle..]).cloned();
                (&people(victim)[0], frames.collect())
            }
            Self::Copies(person) => (&people(person)[0], vec![people(person)[0].clone(); FRAMES]),
            Self::Photograph { person, picture } => {
                let photograph = &people(person)[picture];
                (
                    photograph,
                    in_a_hand(photograph, (person * 100 + picture) as u64)?,
                )
            }
            Self::Slideshow {
                person,
                first,
                second,
            } => {
                let seed = (person * 100 + first) as u64;
                let (first, second) = (&people(person)[first], &people(person)[second]);
                (first, in_turns(first, second, seed)?)
            }
        };
        Ok(Presented {
            probe: probe.clone(),
            frames,
        })
    }
}

fn pixels(picture: &[u8]) -> Result<RgbImage> {
    decode(picture, &DecodeLimits::default()).context("a picture that cannot be decoded")
}

/// A photograph in a hand.
fn in_a_hand(photograph: &[u8], seed: u64) -> Result<Vec<Vec<u8>>> {
    let frames = hand_held(&pixels(photograph)?, FRAMES, seed);
    Ok(frames.iter().map(|frame| jpeg(frame, QUALITY)).collect())
}

/// Two photographs in a hand, three frames of the one and two of the other in turns.
fn in_turns(first: &[u8], second: &[u8], seed: u64) -> Result<Vec<Vec<u8>>> {
    let (first, second) = (
        in_a_hand(first, seed)?,
        in_a_hand(second, seed ^ (1 << 32))?,
    );
    let turns = first.into_iter().zip(second).enumerate();
    Ok(turns
        .map(|(at, (first, second))| if at % 5 < 3 { first } else { second })
        .collect())
}

#[cfg(test)]
mod tests {
    use face_synth::portrait;
    use rstest::rstest;

    use super::*;

    fn pictures(person: u64, count: u64) -> Vec<Vec<u8>> {
        let small = |at| imageops::thumbnail(&portrait(person, at), 64, 48);
        (0..count).map(|at| jpeg(&small(at), QUALITY)).collect()
    }

    fn material() -> Material {
        let recorded = vec![
            ("live".to_owned(), pictures(1, 15)),
            ("replay".to_owned(), pictures(2, 15)),
        ];
        let people = vec![
            ("ada".to_owned(), pictures(3, 2)),
            ("bob".to_owned(), pictures(4, 3)),
        ];
        Material::new(recorded, people).unwrap()
    }

    #[rstest]
    #[case("live", true)]
    #[case("live-07", true)]
    #[case("live-no-blink", false)]
    #[case("replay", false)]
    fn only_what_is_called_live_is_to_pass(#[case] name: &str, #[case] passes: bool) {
        assert_eq!(is_bona_fide(name), passes);
    }

    #[test]
    fn every_species_is_made_with_a_frame_for_each_moment() {
        let material = material();
        let mut names = std::collections::BTreeMap::<String, usize>::new();
        for show in material.shows(7) {
            let shown = show.frames(&material).unwrap();
            assert_eq!(shown.frames.len(), FRAMES, "{show:?}");
            *names.entry(show.species(&material).name).or_default() += 1;
        }
        let count = |name: &str| names.get(name).copied();
        assert_eq!(names.len(), 12, "{names:?}");
        assert_eq!(count("live, other cameras (simulated)"), Some(36));
        assert_eq!(count("photograph in a hand"), Some(5));
        assert_eq!(count("slideshow of two photographs"), Some(3));
        assert_eq!(count("a stranger's blink"), Some(2));
        assert_eq!(count("frames in another order"), Some(50));
    }

    #[test]
    fn another_order_has_the_same_frames_and_a_repeated_frame_comes_at_once() {
        let material = material();
        let frames = |show: Show| show.frames(&material).unwrap().frames;
        let (recorded, mut shuffled) = (frames(Show::Recorded(0)), frames(Show::Shuffled(0, 3)));
        assert_ne!(recorded, shuffled);
        let mut sorted = recorded.clone();
        sorted.sort();
        shuffled.sort();
        assert_eq!(sorted, shuffled);
        let repeated = frames(Show::Repeated(0, 3));
        assert_eq!(
            repeated[..4],
            [0, 0, 0, 3].map(|at: usize| recorded[at].clone())
        );
    }

    #[test]
    fn material_of_which_nothing_can_be_made_is_refused() {
        let two = |name: &str| vec![(name.to_owned(), pictures(1, 2))];
        assert!(Material::new(two("live"), two("ada")).is_ok());
        assert!(Material::new(two("replay"), two("ada")).is_err());
        assert!(Material::new(two("live"), vec![("ada".to_owned(), pictures(1, 1))]).is_err());
    }
}

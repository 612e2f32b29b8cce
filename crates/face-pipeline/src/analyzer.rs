//! The pipeline: decode, detect, align, quality, embed; eyes; attack.

use face_packs::{OnnxRuntime, Pack};
use face_types::{BoundingBox, FaceFacts, ModelId};
use face_vision::{DecodeLimits, FacePatch, Recapture, RgbImage, border, decode};

use crate::align::{aligned, assumed};
use crate::attack::{Attack, AttackMeasures};
use crate::detector::{Detection, Detector, Effort};
use crate::embedder::Embedder;
use crate::eyes::Eyes;
use crate::quality::Assessor;
use crate::stages::{Stage, StageTimes};
use crate::{AnalyseError, Facts, OpenError, Select, Wishes};

/// Turns pictures into facts about the faces in them; owns the networks of a pack, and serves one caller at a time.
#[derive(Debug)]
pub struct Analyzer {
    limits: DecodeLimits,
    alignment: face_packs::Alignment,
    detector: Detector,
    embedder: Embedder,
    assessor: Assessor,
    eyes: Option<Eyes>,
    attack: Option<Attack>,
}

/// What one picture shows.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// Pixels from left to right, once upright.
    pub width: u32,
    /// Pixels from top to bottom, once upright.
    pub height: u32,
    /// The faces, largest first.
    pub faces: Vec<FaceFacts>,
    /// The largest face in grey, if asked for and there is one.
    pub patch: Option<FacePatch>,
    /// What each stage cost.
    pub times: StageTimes,
}

impl Analyzer {
    /// Opens the networks of `pack`, each to run on `threads` threads, and runs them once: a pack that opens works.
    ///
    /// # Errors
    /// [`OpenError`] when the pack is damaged, or its networks do not keep what its manifest promises.
    pub fn open(pack: &Pack, runtime: &OnnxRuntime, threads: usize) -> Result<Self, OpenError> {
        let mut analyzer = Self {
            limits: DecodeLimits::default(),
            alignment: pack.manifest().embedder.alignment,
            detector: Detector::open(pack, runtime, threads)?,
            embedder: Embedder::open(pack, runtime, threads)?,
            assessor: Assessor::open(pack, runtime, threads)?,
            eyes: Eyes::open(pack, runtime)?,
            attack: Attack::open(pack, runtime, threads)?,
        };
        analyzer.rehearse()?;
        Ok(analyzer)
    }

    /// The model that the templates are bound to.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        self.embedder.model()
    }

    /// The faces of each encoded picture (JPEG, PNG, WebP or BMP), in order; one that fails does not stop the others.
    pub fn analyse<P: AsRef<[u8]>>(
        &mut self,
        pictures: &[P],
        wishes: Wishes,
    ) -> Vec<Result<Analysis, AnalyseError>> {
        let each = pictures.iter().map(|picture| {
            let mut times = StageTimes::default();
            let pixels = times.measure(Stage::Decode, || decode(picture.as_ref(), &self.limits))?;
            self.examine(&pixels, wishes, times)
        });
        each.collect()
    }

    /// The faces of one picture that is decoded already: upright RGB.
    ///
    /// # Errors
    /// [`AnalyseError`], never of the kind `Picture`.
    pub fn analyse_pixels(
        &mut self,
        picture: &RgbImage,
        wishes: Wishes,
    ) -> Result<Analysis, AnalyseError> {
        self.examine(picture, wishes, StageTimes::default())
    }

    /// What speaks for and against a presentation attack in the largest face, with its box; `None` where no face is found.
    ///
    /// Packs without anything against attacks tell what the pixels say as well.
    ///
    /// # Errors
    /// [`AnalyseError`], never of the kind `Picture`.
    pub fn attack_measures(
        &mut self,
        picture: &RgbImage,
    ) -> Result<Option<(BoundingBox, AttackMeasures)>, AnalyseError> {
        let found = self.detector.faces(picture, Effort::UntilLarge)?;
        let Some(largest) = found.into_iter().next() else {
            return Ok(None);
        };
        let face = self.detector.polish(picture, &largest)?;
        let measures = match &mut self.attack {
            Some(attack) => attack.measures(picture, &face)?,
            None => AttackMeasures {
                picture: Recapture::of(picture, &face.landmarks),
                border: border(picture, &face.bounding_box),
                networks: None,
            },
        };
        Ok(Some((face.bounding_box, measures)))
    }

    fn examine(
        &mut self,
        picture: &RgbImage,
        wishes: Wishes,
        mut times: StageTimes,
    ) -> Result<Analysis, AnalyseError> {
        let mut found = times.measure(Stage::Detect, || self.detect(picture, wishes))?;
        let wanted = match wishes.select {
            Select::All => found.len(),
            Select::Largest => found.len().min(1),
        };
        if wishes.facts != Facts::default() {
            times.measure(Stage::Detect, || self.polish(picture, &mut found[..wanted]))?;
        }
        let mut faces: Vec<FaceFacts> = found.iter().map(bare).collect();
        self.examine_faces(
            picture,
            &found[..wanted],
            wishes.facts,
            &mut faces,
            &mut times,
        )?;
        let largest = found.first().filter(|_| wishes.facts.patch);
        let patch = times.measure(Stage::Patch, || {
            largest.and_then(|face| FacePatch::of(picture, &face.landmarks))
        });
        let (width, height) = picture.dimensions();
        Ok(Analysis {
            width,
            height,
            faces,
            patch,
            times,
        })
    }

    /// Adds the facts asked for to the faces found, of which `known` holds the beginnings in the same order.
    fn examine_faces(
        &mut self,
        picture: &RgbImage,
        found: &[Detection],
        facts: Facts,
        known: &mut [FaceFacts],
        times: &mut StageTimes,
    ) -> Result<(), AnalyseError> {
        let needs_crops = facts.template || facts.quality;
        let crops = times.measure(Stage::Align, || {
            if needs_crops {
                self.align(picture, found)
            } else {
                Vec::new()
            }
        });
        if facts.quality {
            for ((face, found), crop) in known.iter_mut().zip(found).zip(&crops) {
                let quality = times.measure(Stage::Quality, || {
                    self.assessor.assess(picture, found, crop)
                })?;
                face.quality = Some(quality);
            }
        }
        if facts.template {
            let templates = times.measure(Stage::Embed, || self.embedder.embed(&crops))?;
            for (face, template) in known.iter_mut().zip(templates) {
                face.template = Some(template);
            }
        }
        for (face, found) in known.iter_mut().zip(found) {
            if let Some(eyes) = self.eyes.as_mut().filter(|_| facts.eyes) {
                face.eyes =
                    Some(times.measure(Stage::Eyes, || eyes.state(picture, &found.landmarks))?);
            }
            if let Some(attack) = self.attack.as_mut().filter(|_| facts.attack) {
                face.attack = Some(times.measure(Stage::Attack, || attack.score(picture, found))?);
            }
        }
        Ok(())
    }

    /// The faces, largest first; of a close crop the largest alone, assumed if there is none.
    fn detect(
        &mut self,
        picture: &RgbImage,
        wishes: Wishes,
    ) -> Result<Vec<Detection>, AnalyseError> {
        if !wishes.detect {
            let largest = self
                .detector
                .faces(picture, Effort::Coarse)?
                .into_iter()
                .next();
            let (width, height) = picture.dimensions();
            return Ok(vec![
                largest.unwrap_or_else(|| assumed(width, height, &self.alignment)),
            ]);
        }
        let effort = match wishes.select {
            Select::All => Effort::Everything,
            Select::Largest => Effort::UntilLarge,
        };
        self.detector.faces(picture, effort)
    }

    /// Gives the faces that get facts precise landmarks, on which all facts rest.
    fn polish(&mut self, picture: &RgbImage, faces: &mut [Detection]) -> Result<(), AnalyseError> {
        for face in faces {
            *face = self.detector.polish(picture, face)?;
        }
        Ok(())
    }

    fn align(&self, picture: &RgbImage, found: &[Detection]) -> Vec<RgbImage> {
        let faces = found.iter();
        faces
            .map(|face| aligned(picture, &face.landmarks, &self.embedder.template))
            .collect()
    }

    /// Runs every network once on an assumed face, which also makes the first real picture as fast as the next.
    fn rehearse(&mut self) -> Result<(), AnalyseError> {
        let picture = RgbImage::from_fn(128, 128, |x, y| {
            [(x * 2) as u8, (y * 2) as u8, (x + y) as u8].into()
        });
        let facts = Facts {
            template: true,
            quality: true,
            eyes: true,
            attack: true,
            patch: false,
        };
        let wishes = Wishes {
            facts,
            select: Select::Largest,
            detect: false,
        };
        self.analyse_pixels(&picture, wishes).map(drop)
    }
}

/// A face before any fact is known of it.
fn bare(found: &Detection) -> FaceFacts {
    FaceFacts {
        bounding_box: found.bounding_box,
        score: found.score,
        landmarks: found.landmarks,
        quality: None,
        template: None,
        eyes: None,
        attack: None,
    }
}

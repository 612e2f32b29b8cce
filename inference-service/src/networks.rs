//! The pool as the endpoints see it: bodies to wire types, failures to problems.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use face_pipeline::{AnalyseError, Analysis, Facts, Select, Wishes};
use face_types::{FrameChange, ModelId};
use face_vision::{DecodeError, DecodeLimits, inspect};
use face_wire::inference::{FacesQuery, ImageSize, PictureFaces, Select as WireSelect};
use face_wire::problem::ProblemKind;
use service_kit::Problem;

use crate::worker::{Pool, WorkError};

/// The pause that callers are asked to make when the queue is full; it holds about a second of work.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The networks of one pack, behind their queue.
#[derive(Clone)]
pub(crate) struct Networks {
    pub(crate) pool: Arc<Pool>,
    /// The pack's name.
    pub(crate) pack: Arc<str>,
    /// The model that makes the templates.
    pub(crate) model: ModelId,
}

impl Networks {
    /// The analysis of one picture.
    ///
    /// # Errors
    /// `bad-picture` 400, `too-large` 413, `too-many-requests` 429, `internal` 500.
    pub(crate) async fn picture(
        &self,
        picture: Bytes,
        wishes: Wishes,
    ) -> Result<Analysis, Problem> {
        check(&picture).map_err(|error| decode_problem(error, ""))?;
        let answers = self.pool.analyse(vec![picture], wishes).await;
        let answer = answers.map_err(|error| work_problem(error, ""))?.pop();
        answer
            .expect("one answer for one picture")
            .map_err(|error| work_problem(error, ""))
    }

    /// The analysis of each picture, in order; one that fails fails them all.
    ///
    /// # Errors
    /// As [`Self::picture`], with the number of the picture, counted from 1.
    pub(crate) async fn pictures(
        &self,
        pictures: Vec<Bytes>,
        wishes: Wishes,
    ) -> Result<Vec<Analysis>, Problem> {
        for (index, picture) in pictures.iter().enumerate() {
            check(picture).map_err(|error| decode_problem(error, &nth(index)))?;
        }
        let analyses = self
            .pool
            .analyse(pictures, wishes)
            .await
            .map_err(|error| work_problem(error, ""))?;
        let analyses = analyses.into_iter().enumerate();
        analyses
            .map(|(index, analysis)| analysis.map_err(|error| work_problem(error, &nth(index))))
            .collect()
    }

    /// How the pictures of a sequence differ, found by as many threads as there are workers, for it takes as long as a network.
    ///
    /// # Errors
    /// `internal` 500 when the comparison fails.
    pub(crate) async fn changes(
        &self,
        analyses: &mut [Analysis],
    ) -> Result<Vec<FrameChange>, Problem> {
        let patches: Vec<_> = analyses.iter_mut().map(|each| each.patch.take()).collect();
        if patches.iter().all(Option::is_none) {
            return Ok(Vec::new());
        }
        let threads = self.pool.size();
        tokio::task::spawn_blocking(move || face_pipeline::changes(&patches, threads))
            .await
            .map_err(Problem::internal)
    }
}

/// Looks at the header alone, so that no place in the queue is spent on what is no picture.
fn check(picture: &[u8]) -> Result<(), DecodeError> {
    inspect(picture, &DecodeLimits::default()).map(drop)
}

/// The beginning of a problem's detail that says which picture it is about.
pub(crate) fn nth(index: usize) -> String {
    format!("picture {}: ", index + 1)
}

fn work_problem(error: WorkError, which: &str) -> Problem {
    match error {
        WorkError::Full => Problem::new(
            ProblemKind::TooManyRequests,
            "the queue is full; try again later",
        )
        .retry_after(RETRY_AFTER),
        WorkError::Analyse(AnalyseError::Picture(error)) => decode_problem(error, which),
        error @ (WorkError::Analyse(
            AnalyseError::Network(_) | AnalyseError::Answer { .. } | AnalyseError::Template(_),
        )
        | WorkError::NoAnswer) => Problem::internal(error),
    }
}

fn decode_problem(error: DecodeError, which: &str) -> Problem {
    let kind = match error {
        DecodeError::TooManyBytes { .. } | DecodeError::TooManyPixels { .. } => {
            ProblemKind::TooLarge
        }
        DecodeError::Unsupported | DecodeError::Empty | DecodeError::Broken(_) => {
            ProblemKind::BadPicture
        }
    };
    Problem::new(kind, format!("{which}{error}")).caused_by(error)
}

/// What a query asks of the pipeline.
pub(crate) const fn wishes(query: &FacesQuery) -> Wishes {
    Wishes {
        facts: Facts {
            template: query.facts.template,
            quality: query.facts.quality,
            eyes: query.facts.eyes,
            attack: query.facts.attack,
            patch: query.facts.changes,
        },
        select: match query.select {
            WireSelect::All => Select::All,
            WireSelect::Largest => Select::Largest,
        },
        detect: query.detect,
    }
}

/// An analysis in the wire's form.
pub(crate) fn on_the_wire(analysis: Analysis) -> PictureFaces {
    PictureFaces {
        image: ImageSize {
            width: analysis.width,
            height: analysis.height,
        },
        faces: analysis.faces.into_iter().map(Into::into).collect(),
    }
}

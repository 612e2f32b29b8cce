//! Enrolment by form: pictures go to the service in batches that it takes, and each has its outcome.

use face_types::PersonId;
use face_wire::picture;
use face_wire::problem::ProblemKind;
use face_wire::registration::{
    AddSamples, CreatePerson, Enrolment, Person, PictureOutcome, Refusal, RegistrationClient,
    RegistrationError,
};
use serde::Serialize;

use crate::error::sentence;
use crate::upload::{Limits, UploadedFile};

/// What a form of pictures may hold.
pub(crate) const LIMITS: Limits = Limits {
    file_bytes: 10 << 20,
    files: 20,
    total_bytes: 60 << 20,
};
/// Bytes of pictures in one call: as base64 they stay below the service's limit of 32 MiB.
const BATCH_BYTES: usize = 20 << 20;

/// A picture that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RefusedPicture {
    /// Its place in the form, from 0.
    pub(crate) index: usize,
    /// The file's name.
    pub(crate) file: String,
    /// What to change.
    pub(crate) text: String,
}

/// Whom the pictures show.
#[derive(Clone)]
pub(crate) enum Whose {
    /// Somebody to be added.
    New {
        /// Employee number.
        id: PersonId,
        /// First name.
        name: String,
        /// Surname.
        surname: String,
    },
    /// Somebody who is there.
    Known(PersonId),
}

/// What became of the pictures.
pub(crate) struct Outcome {
    /// The person as now; `None` when no picture was accepted, and nothing was changed.
    pub(crate) person: Option<Person>,
    /// Number of pictures that were enrolled.
    pub(crate) enrolled: usize,
    /// The others.
    pub(crate) refused: Vec<RefusedPicture>,
}

/// Enrols `files`. Once somebody has been added, the rest of their pictures are samples of somebody known.
///
/// # Errors
/// What is no fault of a picture: the id is taken, the service is busy or down. What came before it stays.
pub(crate) async fn enrol(
    registration: &RegistrationClient,
    mut whose: Whose,
    files: &[UploadedFile],
) -> Result<Outcome, RegistrationError> {
    let mut outcome = Outcome {
        person: None,
        enrolled: 0,
        refused: Vec::new(),
    };
    let mut offset = 0;
    for batch in batches(files) {
        match send(registration, &whose, batch).await {
            Ok(enrolment) => {
                outcome.take(&enrolment.pictures, batch, offset);
                whose = known(whose, &enrolment.person);
                outcome.person = Some(enrolment.person);
            }
            Err(RegistrationError::Refused(refusal)) if is_about_pictures(&refusal) => {
                outcome.take(&each(&refusal, batch.len()), batch, offset);
            }
            Err(error) => return Err(error),
        }
        offset += batch.len();
    }
    Ok(outcome)
}

impl Outcome {
    fn take(&mut self, outcomes: &[PictureOutcome], batch: &[UploadedFile], offset: usize) {
        for outcome in outcomes {
            match outcome {
                PictureOutcome::Enrolled { .. } => self.enrolled += 1,
                PictureOutcome::Refused { index, detail, .. } => {
                    self.refused.push(RefusedPicture {
                        index: offset + index,
                        file: batch.get(*index).map_or("", |f| &f.name).to_owned(),
                        text: sentence(detail),
                    });
                }
            }
        }
    }
}

fn known(whose: Whose, person: &Person) -> Whose {
    person.id.parse().map_or(whose, Whose::Known)
}

async fn send(
    registration: &RegistrationClient,
    whose: &Whose,
    batch: &[UploadedFile],
) -> Result<Enrolment, RegistrationError> {
    let pictures = batch.iter().map(|f| picture::encode(&f.bytes)).collect();
    match whose {
        Whose::New { id, name, surname } => {
            let person = CreatePerson {
                id: id.to_string(),
                name: name.clone(),
                surname: surname.clone(),
                pictures,
            };
            registration.create(&person).await
        }
        Whose::Known(id) => {
            registration
                .add_samples(*id, &AddSamples { pictures })
                .await
        }
    }
}

/// Consecutive files of at most [`BATCH_BYTES`] together; a larger single one goes alone.
fn batches(files: &[UploadedFile]) -> Vec<&[UploadedFile]> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, file) in files.iter().enumerate() {
        if bytes + file.bytes.len() > BATCH_BYTES && index > start {
            batches.push(&files[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += file.bytes.len();
    }
    batches.push(&files[start..]);
    batches
}

/// No picture was accepted, and nothing else is wrong.
fn is_about_pictures(refusal: &Refusal) -> bool {
    matches!(
        refusal.problem.kind(),
        Some(
            ProblemKind::NoFace
                | ProblemKind::SeveralFaces
                | ProblemKind::QualityRefused
                | ProblemKind::BadPicture
                | ProblemKind::BadBase64
                | ProblemKind::TooLarge
                | ProblemKind::UnsupportedMediaType
        )
    )
}

/// The outcome of each picture of a refused call: its member `pictures`, else its text (`picture 0: …; picture 1: …`).
fn each(refusal: &Refusal, count: usize) -> Vec<PictureOutcome> {
    if !refusal.pictures.is_empty() {
        return refusal.pictures.clone();
    }
    let mut rest = refusal.problem.detail.as_str();
    let mut outcomes = Vec::new();
    for index in 0..count {
        let own = rest.strip_prefix(&format!("picture {index}: "));
        let own = own.unwrap_or(rest);
        let (detail, after) = own
            .split_once(&format!("; picture {}: ", index + 1))
            .unwrap_or((own, own));
        outcomes.push(PictureOutcome::Refused {
            index,
            reason: String::new(),
            detail: detail.to_owned(),
        });
        rest = after;
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use face_wire::problem::ProblemBody;

    use super::*;

    fn refusal(detail: &str) -> Refusal {
        Refusal {
            problem: ProblemBody::new(ProblemKind::NoFace, detail),
            pictures: vec![],
        }
    }

    fn details(refusal: &Refusal, count: usize) -> Vec<String> {
        let detail = |outcome: PictureOutcome| match outcome {
            PictureOutcome::Refused { detail, .. } => detail,
            PictureOutcome::Enrolled { .. } => panic!("enrolled"),
        };
        each(refusal, count).into_iter().map(detail).collect()
    }

    #[test]
    fn each_picture_finds_its_reason_in_the_text_of_a_refusal() {
        let both = refusal("picture 0: no face; look up; picture 1: too dark");
        assert_eq!(details(&both, 2), ["no face; look up", "too dark"]);
        assert_eq!(details(&refusal("no face"), 1), ["no face"]);
        assert_eq!(details(&refusal("all bad"), 2), ["all bad", "all bad"]);
    }

    #[test]
    fn batches_keep_the_order_and_stay_below_the_limit() {
        let file = |mib: usize| UploadedFile {
            field: "pictures".to_owned(),
            name: "x".to_owned(),
            bytes: vec![0; mib << 20].into(),
        };
        let files = [file(10), file(10), file(1), file(9), file(10)];
        let sizes: Vec<usize> = batches(&files).iter().map(|b| b.len()).collect();
        assert_eq!(sizes, [2, 3]);
        assert_eq!(batches(&files[..1]).len(), 1);
    }
}

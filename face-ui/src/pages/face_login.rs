//! `POST /face-login`: a snapshot, the frames of a liveness run, or those of a challenge, as a form or from the script.
//!
//! The script reads JSON and shows the answer beside the camera; a browser without it gets the start page with the answer.
//! Neither is told a score.

use std::time::{Duration, Instant};

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use face_wire::legacy::{FindMatchRequest, LIVENESS_FRAMES, LivenessHelp};
use face_wire::picture;
use face_wire::problem::ProblemKind;
use face_wire::registration::{
    AnswerChallenge, ChallengeOutcome, FindMatchOutcome, Identity, RegistrationError,
};
use serde_json::json;
use service_kit::attempts::network;

use super::sign_in::words;
use super::start::StartView;
use super::{html, see_other};
use crate::clock::now_ms;
use crate::error::{PageError, sentence};
use crate::sessions::{Account, Role};
use crate::ui::{Method, SignIn};
use crate::upload::{self, Limits, Upload, UploadedFile};
use crate::visitor::Visitor;

/// The most frames of an answer to a challenge.
const CHALLENGE_FRAMES: usize = 30;
/// A probe and the frames of a run.
const LIMITS: Limits = Limits {
    file_bytes: 10 << 20,
    files: CHALLENGE_FRAMES + 1,
    total_bytes: 22 << 20,
};
/// The frame that serves as the probe when none was sent beside the frames: eyes open, camera settled.
const PROBE_FRAME: usize = 3;

/// The three check boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checks {
    /// Find and align the face first.
    pub(crate) is_cropped: bool,
    /// Ask for a blink.
    pub(crate) has_liveness: bool,
    /// Refuse pictures of pictures.
    pub(crate) has_fraud_detection: bool,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            is_cropped: true,
            has_liveness: false,
            has_fraud_detection: false,
        }
    }
}

impl Checks {
    fn of(form: &Upload) -> Self {
        Self {
            is_cropped: form.is_on("crop"),
            has_liveness: form.is_on("liveness"),
            has_fraud_detection: form.is_on("fraud"),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FaceAnswer {
    /// Someone enrolled: name and surname.
    Welcome(String),
    /// Nobody enrolled.
    NotRecognised,
    /// No living person, and what the person can do better.
    LivenessFailed(Option<LivenessHelp>),
    /// The challenge was answered too late, or twice.
    TooLate,
    /// The pictures cannot be used; the text says why.
    Refused(String),
    /// Too many attempts from this address.
    Wait(Duration),
    /// The service has too much to do.
    Busy,
    /// The service is down.
    Unavailable,
}

impl FaceAnswer {
    /// What the person at the camera reads.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Welcome(name) => format!("Welcome, {name}"),
            Self::NotRecognised => "Not recognised".to_owned(),
            Self::LivenessFailed(_) => "Liveness check failed".to_owned(),
            Self::TooLate => "That took too long. Try again.".to_owned(),
            Self::Refused(text) => text.clone(),
            Self::Wait(wait) => format!("Too many attempts. Try again in {}.", words(*wait)),
            Self::Busy => "The service is busy. Try again in a moment.".to_owned(),
            Self::Unavailable => "The service is not available. Try again in a moment.".to_owned(),
        }
    }

    /// What else helps.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::NotRecognised => {
                "Face the camera in even light and try again, or sign in with your ID."
            }
            Self::LivenessFailed(Some(help)) => match help {
                LivenessHelp::NoBlink => {
                    "No blink was seen. Keep your eyes open; when asked to blink, close them and open them again at once."
                }
                LivenessHelp::NoTurn => {
                    "Your head was not seen to turn. Turn it slowly and further, as far as a look over the table beside you."
                }
                LivenessHelp::NotCloser => {
                    "You were not seen to come closer. Move your face slowly towards the camera until it fills the oval."
                }
                LivenessHelp::BadLight => {
                    "It is too dark, or too bright, to see your face. Face a window or a lamp, with no light behind you."
                }
                LivenessHelp::NoFace => {
                    "Your face was lost. Stay in front of the camera until all pictures are taken."
                }
                LivenessHelp::SeveralFaces => {
                    "There was more than one face. Ask others to step aside and try again."
                }
                LivenessHelp::Unclear => {
                    "Your face was hard to see. Come nearer, face even light, and hold still."
                }
                LivenessHelp::NoEyes => {
                    "Your eyes could not be seen. Face the camera; tilt reflecting glasses or push hair aside."
                }
            },
            Self::LivenessFailed(None) => "Try again before the camera, or sign in with your ID.",
            _ => "",
        }
    }

    /// It went well.
    pub(crate) const fn is_welcome(&self) -> bool {
        matches!(self, Self::Welcome(_))
    }

    /// The answer for the script.
    pub(crate) fn as_json(&self) -> HttpResponse {
        HttpResponse::build(self.status()).json(json!({
            "message": self.text(),
            "hint": self.hint(),
            "next": self.is_welcome().then_some("/me"),
        }))
    }

    /// How the sign-in is counted.
    pub(crate) const fn sign_in(&self) -> SignIn {
        match self {
            Self::Welcome(_) => SignIn::Accepted,
            Self::NotRecognised | Self::LivenessFailed(_) | Self::TooLate | Self::Refused(_) => {
                SignIn::Refused
            }
            Self::Wait(_) => SignIn::Throttled,
            Self::Busy | Self::Unavailable => SignIn::Unavailable,
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::Welcome(_) => StatusCode::OK,
            Self::NotRecognised | Self::LivenessFailed(_) => StatusCode::UNAUTHORIZED,
            Self::TooLate | Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Wait(_) | Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<FindMatchOutcome> for FaceAnswer {
    fn from(outcome: FindMatchOutcome) -> Self {
        match outcome {
            FindMatchOutcome::Match(user) => {
                Self::Welcome(format!("{} {}", user.name, user.surname))
            }
            FindMatchOutcome::NoMatch => Self::NotRecognised,
            FindMatchOutcome::LivenessFailed { help } => Self::LivenessFailed(help),
        }
    }
}

impl From<ChallengeOutcome> for FaceAnswer {
    fn from(outcome: ChallengeOutcome) -> Self {
        match outcome {
            ChallengeOutcome::Pass { identity } => match identity {
                Identity::Match { person } => {
                    Self::Welcome(format!("{} {}", person.name, person.surname))
                }
                Identity::Ambiguous { .. } | Identity::Unknown => Self::NotRecognised,
            },
            ChallengeOutcome::Fail => Self::LivenessFailed(None),
            ChallengeOutcome::Help { help } => Self::LivenessFailed(Some(help)),
        }
    }
}

impl From<RegistrationError> for FaceAnswer {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::Refused(refusal) => match refusal.problem.kind() {
                Some(
                    ProblemKind::ChallengeExpired
                    | ProblemKind::ChallengeUsed
                    | ProblemKind::NotFound,
                ) => Self::TooLate,
                Some(ProblemKind::FramesReplayed) => Self::LivenessFailed(None),
                _ => Self::Refused(sentence(&refusal.problem.detail)),
            },
            RegistrationError::Paused { retry_after } => Self::Wait(retry_after),
            RegistrationError::Busy { .. } => Self::Busy,
            RegistrationError::Unavailable(cause) => {
                tracing::error!("a face cannot be looked up: {cause}");
                Self::Unavailable
            }
        }
    }
}

/// Signs the person in whose face it is, or says why not.
///
/// # Errors
/// [`PageError::Token`], [`PageError::TooLarge`], [`PageError::BadRequest`].
pub(crate) async fn post(visitor: Visitor, form: Multipart) -> Result<HttpResponse, PageError> {
    let upload = upload::read(form, LIMITS, |token| visitor.require_token(token)).await?;
    let checks = Checks::of(&upload);
    let answer = match question(checks, upload.text("challenge"), &upload.files) {
        Ok(question) => attempt(&visitor, &question).await,
        Err(text) => FaceAnswer::Refused(text),
    };
    visitor.ui.count(Method::Face, answer.sign_in());
    if let FaceAnswer::Welcome(name) = &answer {
        visitor.sign_in(&Account::new(Role::Person, name, now_ms()));
    }
    Ok(respond(&visitor, checks, answer))
}

async fn attempt(visitor: &Visitor, question: &Question) -> FaceAnswer {
    let attempts = &visitor.ui.face_attempts;
    let from = network(visitor.address);
    if let Err(wait) = attempts.begin(&from, Instant::now()) {
        return FaceAnswer::Wait(wait);
    }
    let registration = visitor.ui.registration();
    let answer = match question {
        Question::Match(request) => registration.find_match(request).await.map(FaceAnswer::from),
        Question::Challenge(id, answer) => {
            let outcome = registration.answer_challenge(id, answer).await;
            outcome.map(FaceAnswer::from)
        }
    };
    let answer = answer.unwrap_or_else(FaceAnswer::from);
    match answer {
        FaceAnswer::Welcome(_) => attempts.succeeded(&from),
        FaceAnswer::NotRecognised | FaceAnswer::LivenessFailed(_) => (),
        _ => attempts.forgive(&from),
    }
    answer
}

/// What the registration service is asked.
enum Question {
    /// Who is it; and, without a script, the original's fifteen frames of a blink.
    Match(FindMatchRequest),
    /// Was the challenge of this id done, and by whom?
    Challenge(String, AnswerChallenge),
}

/// What to ask the registration service. The frames come beside the probe, or are all that was sent.
fn question(checks: Checks, challenge: &str, files: &[UploadedFile]) -> Result<Question, String> {
    let of = |field: &str| -> Vec<&UploadedFile> {
        files.iter().filter(|file| file.field == field).collect()
    };
    let encode = |file: &UploadedFile| picture::encode(&file.bytes);
    let (probes, mut frames) = (of("picture"), of("frames"));
    if !challenge.is_empty() {
        let answer = AnswerChallenge {
            frames: frames.into_iter().map(encode).collect(),
            picture: probes.first().copied().map(encode),
            person_id: None,
            fraud_detection: checks.has_fraud_detection,
        };
        return Ok(Question::Challenge(challenge.to_owned(), answer));
    }
    if checks.has_liveness && frames.is_empty() {
        frames.clone_from(&probes);
    }
    if probes.is_empty() && frames.is_empty() {
        return Err("Choose a picture of your face.".to_owned());
    }
    if checks.has_liveness && frames.len() != LIVENESS_FRAMES {
        return Err(format!(
            "The liveness check needs {LIVENESS_FRAMES} pictures taken one after another, of which {} came. \
             Use the camera, or switch the check off.",
            frames.len()
        ));
    }
    let probe = match (probes.as_slice(), frames.get(PROBE_FRAME)) {
        ([probe], _) | ([], Some(probe)) => probe,
        (_, Some(probe)) if checks.has_liveness => probe,
        _ => return Err("Choose one picture.".to_owned()),
    };
    Ok(Question::Match(FindMatchRequest {
        img_base64: Some(encode(probe)),
        image_base64: None,
        img_crop: checks.is_cropped,
        fraud_detection: checks.has_fraud_detection,
        liveness: checks.has_liveness,
        frames: checks
            .has_liveness
            .then(|| frames.into_iter().map(encode).collect()),
    }))
}

fn respond(visitor: &Visitor, checks: Checks, answer: FaceAnswer) -> HttpResponse {
    if visitor.wants_json {
        return answer.as_json();
    }
    if answer.is_welcome() {
        return see_other("/me");
    }
    let status = answer.status();
    html(status, &StartView::new(visitor).with_answer(checks, answer))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn files(pictures: usize, frames: usize) -> Vec<UploadedFile> {
        let file = |field: &str, number: usize| UploadedFile {
            field: field.to_owned(),
            name: "x.jpg".to_owned(),
            bytes: vec![number as u8; 3].into(),
        };
        let pictures = (0..pictures).map(|n| file("picture", n));
        pictures
            .chain((0..frames).map(|n| file("frames", 100 + n)))
            .collect()
    }

    #[rstest]
    #[case::a_snapshot(false, 1, 0, Ok(0))]
    #[case::the_script_sends_both(true, 1, 15, Ok(0))]
    #[case::a_form_sends_fifteen_pictures(true, 15, 0, Ok(3))]
    #[case::only_frames(true, 0, 15, Ok(103))]
    #[case::nothing(false, 0, 0, Err("Choose a picture"))]
    #[case::nothing_to_blink_with(true, 0, 0, Err("Choose a picture"))]
    #[case::two_for_one(false, 2, 0, Err("Choose one picture"))]
    #[case::too_few_frames(true, 1, 14, Err("of which 14 came"))]
    fn the_probe_is_what_the_form_means(
        #[case] has_liveness: bool,
        #[case] pictures: usize,
        #[case] frames: usize,
        #[case] expected: Result<u8, &str>,
    ) {
        let checks = Checks {
            has_liveness,
            ..Checks::default()
        };
        match (question(checks, "", &files(pictures, frames)), expected) {
            (Ok(Question::Match(question)), Ok(number)) => {
                let probe = picture::decode(&question.img_base64.unwrap()).unwrap();
                assert_eq!(probe[0], number);
                assert_eq!(question.frames.map(|f| f.len()), has_liveness.then_some(15));
            }
            (Err(text), Err(part)) => assert!(text.contains(part), "{text}"),
            (question, _) => panic!("{:?}", question.err()),
        }
    }

    #[test]
    fn the_frames_of_a_challenge_go_with_its_id() {
        let checks = Checks {
            has_liveness: true,
            has_fraud_detection: true,
            ..Checks::default()
        };
        let question = question(checks, "id-7", &files(1, 27));
        let Ok(Question::Challenge(id, answer)) = question else {
            panic!("no challenge");
        };
        assert_eq!((id.as_str(), answer.frames.len()), ("id-7", 27));
        assert!(answer.picture.is_some() && answer.fraud_detection);
    }
}

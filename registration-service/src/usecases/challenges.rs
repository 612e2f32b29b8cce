//! Liveness challenges: somebody is asked for something at random, once, and answers before the camera.

use std::sync::Arc;
use std::time::Duration;

use face_liveness::{Action, Challenge, perform};
use face_store::{Mark, PersonSummary, Store, Timestamp};
use face_types::{FaceFacts, PersonId, Template, prominent_faces};
use face_wire::inference::Facts;
use rand::Rng;
use rand::seq::SliceRandom as _;
use service_kit::attempts::Attempts;

use super::Refusal;
use super::identify::{Identify, Probe, is_attack, needs_attack_detection};
use super::liveness::{FACTS, Frames, Liveness, NotAlive, SeenFrames};
use super::picture::Picture;
use super::verify::{Claimant, Verify};
use crate::clock::{Moment, after};
use crate::observed::{ChallengeEvent, Observed};
use crate::replica::{Active, Replica, Verdict};
use crate::ticket::{Source, Ticket, TicketSigner};

/// The fewest and the most frames of an answer; the inference service takes no more.
pub(crate) const MIN_FRAMES: usize = 10;
pub(crate) const MAX_FRAMES: usize = 30;

/// How long a challenge can be answered: time to read, to find the light, and to try the camera.
pub(crate) const LIFETIME: Duration = Duration::from_mins(1);

/// How long the frames of an answer, and the challenges that were answered, are remembered. Whoever can send frames that were heard can also
/// encode them anew, so a longer memory would stop no one else.
pub(crate) const MEMORY: Duration = Duration::from_hours(1);

/// Failures of one source, or against one person claimed, in [`WINDOW`]; then there is a pause as long.
const FAILURES: usize = 5;
const WINDOW: Duration = Duration::from_mins(3);

/// How many actions a challenge asks for where there are so many to choose from.
const ACTIONS: usize = 2;

/// What is told to whoever asked for a challenge.
#[derive(Debug)]
pub(crate) struct Created {
    /// Signed.
    pub(crate) id: String,
    pub(crate) ticket: Ticket,
}

/// An answer to a challenge.
pub(crate) struct ChallengeAnswer {
    /// [`MIN_FRAMES`] to [`MAX_FRAMES`], in the order of time.
    pub(crate) frames: Frames,
    /// Without it the best of the frames.
    pub(crate) probe: Option<Picture>,
    /// Who the person says to be.
    pub(crate) claimed: Option<PersonId>,
    /// Refuse pictures of pictures.
    pub(crate) fraud_detection: bool,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was done, by a living person.
    Pass(Identity),
    /// It was not, or an attack is suspected.
    NotAlive(NotAlive),
}

/// Who a person is who passed.
#[derive(Debug)]
pub(crate) enum Identity {
    /// One person, clearly, or the one claimed.
    Match(PersonSummary),
    /// Several within the margin.
    Ambiguous(Vec<PersonSummary>),
    /// Nobody enrolled, or not the one claimed.
    Unknown,
}

/// Whose failures are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Source(Source),
    Claimed(PersonId),
}

/// What challenges stand on.
pub(crate) struct Parts {
    pub(crate) identify: Arc<Identify>,
    pub(crate) verify: Arc<Verify>,
    pub(crate) liveness: Liveness,
    pub(crate) replica: Arc<Replica>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tickets: TicketSigner,
    pub(crate) observed: Observed,
}

/// Makes challenges and judges answers.
pub(crate) struct Challenges {
    parts: Parts,
    /// What may be asked for.
    actions: Vec<Action>,
    attempts: Attempts<Counted>,
}

impl Challenges {
    pub(crate) fn new(parts: Parts, actions: Vec<Action>) -> Self {
        Self {
            parts,
            actions,
            attempts: Attempts::new(FAILURES, WINDOW),
        }
    }

    /// A challenge for `source`; `random` gives nonce and actions.
    ///
    /// # Errors
    /// [`Refusal::Paused`] after too many failures of that source.
    pub(crate) fn create(
        &self,
        source: Source,
        now: Moment,
        random: &mut impl Rng,
    ) -> Result<Created, Refusal> {
        let failures = Counted::Source(source);
        if let Some(wait) = self.attempts.waits(&failures, now.instant) {
            return Err(self.paused(wait));
        }
        let mut nonce = [0; 16];
        random.fill_bytes(&mut nonce);
        let ticket = Ticket {
            nonce,
            expires_at: after(now.at, LIFETIME),
            source,
            challenge: draw(&self.actions, random),
        };
        self.parts.observed.challenge(ChallengeEvent::Created);
        Ok(Created {
            id: self.parts.tickets.write(&ticket),
            ticket,
        })
    }

    /// What `answer` to the challenge `id` comes to. From the first answer on that has the right form, the challenge is used.
    ///
    /// # Errors
    /// [`Refusal::NoSuchChallenge`], [`Refusal::ChallengeExpired`], [`Refusal::ChallengeUsed`], [`Refusal::FramesReplayed`],
    /// [`Refusal::Paused`], [`Refusal::NoSuchPerson`], [`Refusal::NoSampleOfModel`], [`Refusal::NoFace`] of a probe beside the frames,
    /// [`Refusal::Unprocessable`] when the pack cannot do what is asked, [`Refusal::Analyser`], [`Refusal::Store`], [`Refusal::NotReady`].
    #[tracing::instrument(name = "challenges.answer", skip_all, fields(frames = answer.frames.0.len()))]
    pub(crate) async fn answer(
        &self,
        id: &str,
        answer: ChallengeAnswer,
        now: Moment,
    ) -> Result<Outcome, Refusal> {
        let ticket = self.parts.tickets.read(id)?;
        if now.at >= ticket.expires_at {
            return Err(Refusal::ChallengeExpired);
        }
        let active = self.parts.replica.active()?;
        if answer.fraud_detection {
            needs_attack_detection(active.pack())?;
        }
        let claimant = match answer.claimed {
            Some(id) => Some(self.parts.verify.claimant(&active, id).await?),
            None => None,
        };
        let counted: Vec<Counted> = [Counted::Source(ticket.source)]
            .into_iter()
            .chain(answer.claimed.map(Counted::Claimed))
            .collect();
        self.begin(&counted, now)?;
        let outcome = self
            .first_time(&ticket, answer, now, &active, claimant)
            .await;
        self.count(&counted, &outcome);
        outcome
    }

    /// The outcome, unless the challenge was answered before or frames of it were sent before.
    async fn first_time(
        &self,
        ticket: &Ticket,
        answer: ChallengeAnswer,
        now: Moment,
        active: &Arc<Active>,
        claimant: Option<Claimant>,
    ) -> Result<Outcome, Refusal> {
        self.claim(ticket, &answer.frames, now.at).await?;
        let ChallengeAnswer {
            frames,
            probe,
            fraud_detection,
            ..
        } = answer;
        let facts = Facts {
            attack: fraud_detection,
            quality: true,
            ..FACTS
        };
        let liveness = &self.parts.liveness;
        let seen = liveness.look(active, frames, facts).await?;
        let face = match probe {
            Some(picture) => Some(self.probe(active, picture, fraud_detection).await?),
            None => best(&seen),
        };
        let template = face
            .clone()
            .map(|face| self.parts.replica.template_of(active, face))
            .transpose()?;
        let judged = liveness.judge(
            active,
            &seen,
            template.as_ref(),
            fraud_detection,
            |sequence| perform(sequence, &ticket.challenge, &active.pack().blink_rule),
        )?;
        match (judged, face) {
            (Err(not_alive), _) => Ok(Outcome::NotAlive(not_alive)),
            // Without a face nothing was performed.
            (Ok(()), None) => Ok(Outcome::NotAlive(NotAlive { help: None })),
            (Ok(()), Some(face)) => self.who(active, face, fraud_detection, claimant).await,
        }
    }

    /// The face of the picture that came beside the frames.
    async fn probe(
        &self,
        active: &Active,
        picture: Picture,
        fraud_detection: bool,
    ) -> Result<FaceFacts, Refusal> {
        let probe = Probe {
            picture,
            detect: true,
            all_faces: false,
            fraud_detection,
        };
        let faces = self.parts.identify.look(active, probe).await?;
        faces.into_iter().next().ok_or(Refusal::NoFace)
    }

    /// Who the living person is.
    async fn who(
        &self,
        active: &Arc<Active>,
        face: FaceFacts,
        fraud_detection: bool,
        claimant: Option<Claimant>,
    ) -> Result<Outcome, Refusal> {
        if fraud_detection && is_attack(active.pack(), &face)? {
            return Ok(Outcome::NotAlive(NotAlive { help: None }));
        }
        if let Some(claimant) = claimant {
            let template: Template = self.parts.replica.template_of(active, face)?;
            let is_mated = claimant.is_mated(&template, active.verification_threshold());
            return Ok(Outcome::Pass(if is_mated {
                Identity::Match(claimant.person)
            } else {
                Identity::Unknown
            }));
        }
        let identify = &self.parts.identify;
        let identified = identify.decide(active, fraud_detection, face).await?;
        Ok(match identified.verdict {
            Verdict::Match { candidate, .. } => Outcome::Pass(Identity::Match(candidate.person)),
            Verdict::Ambiguous { candidates, .. } => {
                let people = candidates.into_iter().map(|candidate| candidate.person);
                Outcome::Pass(Identity::Ambiguous(people.collect()))
            }
            Verdict::Unknown { .. } => Outcome::Pass(Identity::Unknown),
            Verdict::AttackSuspected => Outcome::NotAlive(NotAlive { help: None }),
        })
    }

    /// Takes the challenge and its frames for this answer.
    async fn claim(&self, ticket: &Ticket, frames: &Frames, now: Timestamp) -> Result<(), Refusal> {
        let mut frames: Vec<Mark> = frames.0.iter().map(Picture::mark).collect();
        // A slow camera may give the same picture twice in one answer; that is looked at later.
        frames.sort_unstable();
        frames.dedup();
        let used = ticket.mark();
        let store = &self.parts.store;
        let until = after(now, MEMORY);
        // The challenge first: an answer that comes too late takes no frames from one that came in time.
        if !store.claim(&[used], now, until).await?.is_empty() {
            return Err(Refusal::ChallengeUsed);
        }
        if !store.claim(&frames, now, until).await?.is_empty() {
            return Err(Refusal::FramesReplayed);
        }
        Ok(())
    }

    /// Counts an attempt under each of `counted`, or none where one of them must wait.
    fn begin(&self, counted: &[Counted], now: Moment) -> Result<(), Refusal> {
        for (begun, key) in counted.iter().enumerate() {
            if let Err(wait) = self.attempts.begin(key, now.instant) {
                for key in &counted[..begun] {
                    self.attempts.forgive(key);
                }
                return Err(self.paused(wait));
            }
        }
        Ok(())
    }

    fn paused(&self, wait: Duration) -> Refusal {
        self.parts.observed.challenge(ChallengeEvent::Paused);
        Refusal::Paused(wait)
    }

    /// Makes the attempt a failure or none, and notes what came of it.
    fn count(&self, counted: &[Counted], outcome: &Result<Outcome, Refusal>) {
        let event = match outcome {
            Ok(Outcome::Pass(Identity::Match(_))) => Some(ChallengeEvent::Passed),
            Ok(Outcome::Pass(Identity::Ambiguous(_) | Identity::Unknown)) => {
                Some(ChallengeEvent::NotRecognised)
            }
            Ok(Outcome::NotAlive(NotAlive { help: Some(_) })) => Some(ChallengeEvent::Helped),
            Ok(Outcome::NotAlive(NotAlive { help: None })) => Some(ChallengeEvent::Failed),
            Err(Refusal::FramesReplayed) => Some(ChallengeEvent::Replayed),
            Err(_) => None,
        };
        for key in counted {
            match event {
                Some(ChallengeEvent::Passed) => self.attempts.succeeded(key),
                Some(_) => {}
                // It came to nothing through no fault of the person's.
                None => self.attempts.forgive(key),
            }
        }
        if let Some(event) = event {
            self.parts.observed.challenge(event);
        }
    }
}

/// Up to [`ACTIONS`] of `actions`, none like another, in an order by chance.
fn draw(actions: &[Action], random: &mut impl Rng) -> Challenge {
    let mut actions = actions.to_vec();
    actions.shuffle(random);
    let mut drawn: Vec<Action> = Vec::with_capacity(ACTIONS);
    for action in actions {
        if drawn.len() < ACTIONS && !drawn.iter().any(|other| other.is_like(action)) {
            drawn.push(action);
        }
    }
    Challenge::new(drawn)
        .expect("the settings name at least one action, and each kind is drawn once")
}

/// The face that is fittest for recognition among the frames that show one alone.
fn best(frames: &SeenFrames) -> Option<FaceFacts> {
    let alone = frames
        .seen
        .frames
        .iter()
        .filter(|faces| prominent_faces(faces) == 1);
    let faces = alone.filter_map(|faces| faces.first());
    let overall = |face: &FaceFacts| face.quality.map_or(0.0, |quality| quality.overall);
    faces
        .max_by(|a, b| overall(a).total_cmp(&overall(b)))
        .cloned()
}

#[cfg(test)]
mod tests;

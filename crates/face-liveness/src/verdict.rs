//! The verdict about a sequence of frames.

#[cfg(test)]
mod tests;

use face_types::{EyeState, FrameChange};

use crate::blink::{Eyes, PersonsEyes};
use crate::motion::Motion;
use crate::performance::{Shown, first_undone};
use crate::{Action, BlinkRule, Challenge, FrameFacts, Person, Reason};

/// The largest share of frames without exactly one face of the probe's person and its eyes; beyond it a sequence fails, blink
/// or not.
///
/// A third: closing one's eyes or turning away loses the detector a frame or two of 15, while a face that is held up in turns
/// loses more.
pub const MAX_UNUSABLE_SHARE: f32 = 1.0 / 3.0;

/// Repeated pictures that a slow camera is forgiven, as a share of the frames that are usable: frames without a face forgive none.
pub const MAX_REPEATED_SHARE: f32 = 0.2;

/// Light of a face below which it is told to be badly lit, on the scale of [`face_types::Quality`]: that of enrolment.
const LEAST_LIGHT: f32 = 0.15;

/// A sequence of frames in the order of time.
#[derive(Debug, Clone, Copy)]
pub struct Sequence<'a> {
    /// What each shows.
    pub frames: &'a [FrameFacts],
    /// How they differ: neighbours, and frames further apart. A blink across frames that were not compared is none.
    pub changes: &'a [FrameChange],
}

/// The answer about a sequence of frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// A living person did what was asked for, and it was the probe's throughout.
    pub alive: bool,
    /// What was wrong with the frames, the gravest first; at least one reason unless `alive`.
    pub reasons: Vec<Reason>,
    /// A reason that speaks of an attack failed the frames; a repeated picture or two of a slow camera do not.
    looks_like_an_attack: bool,
}

impl Verdict {
    /// What the person before the camera can do better; `None` when alive, and when the frames look like an attack, which is told
    /// no more than that it failed.
    #[must_use]
    pub fn help(&self) -> Option<Reason> {
        if self.alive || self.looks_like_an_attack {
            return None;
        }
        let of_the_person = self.reasons.iter().filter(|it| !it.is_of_an_attack());
        // Nobody can blink for the camera who is not seen by it.
        let unseen = of_the_person.clone().max_by_key(|it| it.frames());
        unseen
            .filter(|it| it.frames() > 2)
            .or_else(|| of_the_person.clone().next())
            .copied()
    }
}

/// Whether `sequence` shows a living person, the probe's, who blinks.
///
/// Alive when
/// - a frame with open eyes is followed, in one take, by one with closed eyes, and that soon by one with open eyes,
/// - no frame shows another person, and at most [`MAX_UNUSABLE_SHARE`] lack exactly one face with eyes,
/// - the frames are not one photograph moved by a hand, nor some of them in turns,
/// - at most [`MAX_REPEATED_SHARE`] repeat an earlier one to the byte, and
/// - neighbours are more alike than frames far apart, as they are in the order of time.
#[must_use]
pub fn assess(sequence: Sequence<'_>, rule: &BlinkRule) -> Verdict {
    let blink = [Action::Blink { times: 1 }];
    judge(sequence, *rule, &blink, |_| Reason::NoBlink)
}

/// Whether `sequence` shows a living person, the probe's, who does what `challenge` asks for.
///
/// Alive as with [`assess`], with the actions in place of its blink: each is seen from its beginning to its end, one after the other in
/// their order, and all of them in one take. Other movements between them, such as the way back from a turn, are let pass.
#[must_use]
pub fn perform(sequence: Sequence<'_>, challenge: &Challenge, rule: &BlinkRule) -> Verdict {
    judge(sequence, *rule, challenge.actions(), |action| {
        Reason::NotDone { action }
    })
}

/// The verdict where `undone` names the first of `actions` that was not done in frames that are there.
fn judge(
    sequence: Sequence<'_>,
    rule: BlinkRule,
    actions: &[Action],
    undone: impl FnOnce(Action) -> Reason,
) -> Verdict {
    let Sequence { frames, changes } = sequence;
    let eyes: Vec<EyeState> = frames.iter().filter_map(eyes_of_the_probe).collect();
    let eyes = rule.of_person(&eyes);
    let seen: Vec<Seen> = frames.iter().map(|frame| Seen::of(frame, eyes)).collect();
    let count = |what| seen.iter().filter(|&&s| s == what).count();
    let another = count(Seen::Another);
    let (no_face, several, unclear, no_eyes) = (
        count(Seen::NoFace),
        count(Seen::SeveralFaces),
        count(Seen::Unclear),
        count(Seen::NoEyes),
    );
    let unusable = no_face + several + unclear + no_eyes;
    let bad_light = frames.iter().filter(|frame| is_badly_lit(frame)).count();
    let repeated = frames.iter().filter(|frame| frame.is_repeat).count();
    let motion = Motion(changes);
    let undone = first_undone(&shown(frames, &seen), motion, actions)
        .filter(|_| !frames.is_empty())
        .map(undone);

    // Each with whether it fails the sequence, or is a remark only.
    let findings = [
        (frames.is_empty(), true, Reason::NoFrames),
        (another > 0, true, Reason::AnotherPerson { frames: another }),
        (
            repeated > 0,
            repeated as f32 > MAX_REPEATED_SHARE * (frames.len() - unusable) as f32,
            Reason::Repeated { frames: repeated },
        ),
        (
            motion.is_of_photographs(frames.len()),
            true,
            Reason::Photograph,
        ),
        (motion.is_out_of_order(), true, Reason::OutOfOrder),
        (undone.is_some(), true, undone.unwrap_or(Reason::NoFrames)),
        (bad_light > 0, false, Reason::BadLight { frames: bad_light }),
        (several > 0, false, Reason::SeveralFaces { frames: several }),
        (no_face > 0, false, Reason::NoFace { frames: no_face }),
        (unclear > 0, false, Reason::Unclear { frames: unclear }),
        (no_eyes > 0, false, Reason::NoEyes { frames: no_eyes }),
    ];
    let is_usable = unusable as f32 <= MAX_UNUSABLE_SHARE * frames.len() as f32;
    let failures = || findings.iter().filter(|&&(holds, fails, _)| holds && fails);
    Verdict {
        alive: is_usable && failures().next().is_none(),
        looks_like_an_attack: failures().any(|(.., reason)| reason.is_of_an_attack()),
        reasons: findings
            .iter()
            .filter_map(|&(holds, _, reason)| holds.then_some(reason))
            .collect(),
    }
}

/// Whether the frame's only face has too little, or too much, light on it.
fn is_badly_lit(frame: &FrameFacts) -> bool {
    let light = frame.quality.map(|quality| quality.light);
    frame.faces == 1 && light.is_some_and(|light| light < LEAST_LIGHT)
}

/// A frame under a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    NoFace,
    SeveralFaces,
    Another,
    Unclear,
    NoEyes,
    Eyes(Eyes),
}

impl Seen {
    fn of(frame: &FrameFacts, eyes: PersonsEyes) -> Self {
        match (frame.faces, frame.person) {
            (0, _) => Self::NoFace,
            (1, Person::Another) => Self::Another,
            (1, Person::Unclear) => Self::Unclear,
            (1, Person::Probes) => {
                eyes_of_the_probe(frame).map_or(Self::NoEyes, |state| Self::Eyes(eyes.read(state)))
            }
            _ => Self::SeveralFaces,
        }
    }
}

/// The eyes in a frame of the probe's person alone, where they could be judged.
fn eyes_of_the_probe(frame: &FrameFacts) -> Option<EyeState> {
    let eyes = frame
        .eyes
        .filter(|_| (frame.faces, frame.person) == (1, Person::Probes))?;
    (!eyes.left_open.is_nan() && !eyes.right_open.is_nan()).then_some(eyes)
}

/// The frames in which actions can be seen.
fn shown(frames: &[FrameFacts], seen: &[Seen]) -> Vec<Shown> {
    let frames = frames.iter().zip(seen).enumerate();
    frames
        .filter_map(|(at, (frame, seen))| match seen {
            Seen::Eyes(eyes) => Some(Shown {
                at,
                eyes: *eyes,
                quality: frame.quality,
            }),
            _ => None,
        })
        .collect()
}

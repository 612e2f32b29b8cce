//! Whether the actions of a challenge were done, one after the other, in one take.

use face_types::Quality;

use crate::action::Action;
use crate::blink::Eyes;
use crate::motion::Motion;
use crate::quantile::median;

/// A head turned by this many degrees from where it pointed at first has turned.
///
/// Measured on the recorded blink and stare of one person, who looked into the camera: within 8 degrees of the first frames' median,
/// the error of five points. Heads drawn at 20 degrees read as 14 to 27, by either side; one that is to turn goes further.
const TURNED_DEG: f32 = 15.0;

/// Within this many degrees of where it pointed at first a head looks ahead.
const AHEAD_DEG: f32 = 10.0;

/// A face this many times as long as at first has come closer. Recorded faces that did not kept within 1.07; faces drawn 1.25 times as
/// large read as 1.17 to 1.29.
const CLOSER: f32 = 1.2;

/// Up to this many times as long as at first it has not.
const AFAR: f32 = 1.1;

/// The frames whose median is "at first". The person reads the first instruction meanwhile.
const FIRST_FRAMES: usize = 3;

/// The frames from open eyes over closed ones to open eyes again are at most this many steps apart.
///
/// People who are asked to blink need about half a second, three steps of the 200 ms that lie between frames; this is thrice as long,
/// for frames that are lost and for those who close their eyes by an instruction rather than blink. Eyes that stay closed are not
/// those of somebody who looks at the camera.
const BLINK_STEPS: usize = 9;

/// A frame that shows the probe's person, and no other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// Its number.
    pub(crate) at: usize,
    /// Its eyes.
    pub(crate) eyes: Eyes,
    /// Its pose and size; nothing that needs them is seen where they are missing.
    pub(crate) quality: Option<Quality>,
}

/// The first of `actions` that was not done, in their order and without a cut from the first to the last; `None` when all were.
///
/// Each action begins in a state (eyes open, head ahead, face afar) and goes on to another (eyes closed, head turned, face close); what
/// lies between the two counts as neither, so that values that tremble about a threshold are no action. A blink has to open the eyes
/// again, and soon; nobody has to turn back or to step back.
pub(crate) fn first_undone(
    shown: &[Shown],
    motion: Motion<'_>,
    actions: &[Action],
) -> Option<Action> {
    let steps: Vec<Step> = actions.iter().flat_map(|&action| steps(action)).collect();
    let first = First::of(shown);
    // How many steps are done, and how far the next is. Most that ever were: a cut begins afresh.
    let (mut done, mut progress, mut most) = (0, Progress::NotBegun, 0);
    let mut before: Option<usize> = None;
    for frame in shown {
        if before.is_some_and(|before| !motion.is_one_take(before, frame.at)) {
            (done, progress) = (0, Progress::NotBegun);
        }
        before = Some(frame.at);
        let Some(step) = steps.get(done) else { break };
        progress = step.goes_on(progress, frame, first);
        if progress == Progress::Done {
            done += 1;
            // What ends one blink begins the next.
            progress = steps.get(done).map_or(Progress::Done, |next| {
                next.goes_on(Progress::NotBegun, frame, first)
            });
        }
        most = most.max(done);
    }
    // The action whose steps include the first one undone.
    let mut end = 0;
    actions.iter().copied().find(|&action| {
        end += steps_of(action);
        end > most
    })
}

/// The smallest part of an action.
#[derive(Debug, Clone, Copy)]
enum Step {
    Blink,
    /// To the right of the picture where `sign` is 1, to its left where -1.
    Turn {
        sign: f32,
    },
    Approach,
}

fn steps_of(action: Action) -> usize {
    match action {
        Action::Blink { times } => usize::from(times),
        Action::TurnLeft | Action::TurnRight | Action::ComeCloser => 1,
    }
}

fn steps(action: Action) -> impl Iterator<Item = Step> {
    let step = match action {
        Action::Blink { .. } => Step::Blink,
        // The person's left is the picture's right.
        Action::TurnLeft => Step::Turn { sign: 1.0 },
        Action::TurnRight => Step::Turn { sign: -1.0 },
        Action::ComeCloser => Step::Approach,
    };
    std::iter::repeat_n(step, steps_of(action))
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    NotBegun,
    /// Its beginning was seen last in the frame of this number.
    Begun(usize),
    /// Closed eyes were seen since, of a step that is not done with them.
    Closed(usize),
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Beginning,
    Between,
    End,
}

impl Step {
    /// How far the step is after `frame`.
    fn goes_on(self, before: Progress, frame: &Shown, first: Option<First>) -> Progress {
        match (before, self.phase(frame, first)) {
            (Progress::Closed(begun), Phase::Beginning) if frame.at - begun <= BLINK_STEPS => {
                Progress::Done
            }
            (_, Phase::Beginning) => Progress::Begun(frame.at),
            (Progress::Begun(begun), Phase::End) => match self {
                Self::Blink => Progress::Closed(begun),
                Self::Turn { .. } | Self::Approach => Progress::Done,
            },
            (before, Phase::End | Phase::Between) => before,
        }
    }

    /// Where in the step a frame is. What is not a number is in between.
    fn phase(self, frame: &Shown, first: Option<First>) -> Phase {
        match (self, frame.quality, first) {
            (Self::Blink, ..) => match frame.eyes {
                Eyes::Open => Phase::Beginning,
                Eyes::Closed => Phase::End,
                Eyes::Between => Phase::Between,
            },
            (Self::Turn { sign }, Some(quality), Some(first)) => {
                let turn = sign * (quality.yaw - first.yaw);
                phase(turn.abs() <= AHEAD_DEG, turn >= TURNED_DEG)
            }
            (Self::Approach, Some(quality), Some(first)) => {
                let growth = quality.size / first.size;
                phase(growth <= AFAR, growth >= CLOSER)
            }
            (Self::Turn { .. } | Self::Approach, ..) => Phase::Between,
        }
    }
}

const fn phase(is_beginning: bool, is_end: bool) -> Phase {
    match (is_beginning, is_end) {
        (true, _) => Phase::Beginning,
        (false, true) => Phase::End,
        (false, false) => Phase::Between,
    }
}

/// Where the head pointed, and how long the face was, at first.
#[derive(Debug, Clone, Copy)]
struct First {
    yaw: f32,
    size: f32,
}

impl First {
    /// The median of the first [`FIRST_FRAMES`] frames with a pose; `None` with fewer.
    fn of(shown: &[Shown]) -> Option<Self> {
        let qualities = shown.iter().filter_map(|frame| frame.quality);
        let first: Vec<Quality> = qualities.take(FIRST_FRAMES).collect();
        (first.len() == FIRST_FRAMES).then_some(())?;
        Some(Self {
            yaw: median(first.iter().map(|quality| quality.yaw))?,
            size: median(first.iter().map(|quality| quality.size))?,
        })
    }
}

#[cfg(test)]
mod tests;

//! `face-liveness`: from what a sequence of frames shows to whether a living person stood before the camera.
//!
//! ```
//! use face_liveness::{BlinkRule, FrameFacts, Person, Sequence, assess};
//! use face_types::{EyeState, FrameChange};
//!
//! let frame = |open| FrameFacts {
//!     faces: 1,
//!     person: Person::Probes,
//!     eyes: Some(EyeState { left_open: open, right_open: open }),
//!     quality: None,
//!     is_repeat: false,
//! };
//! let rule = BlinkRule::around(0.5).unwrap();
//!
//! let change = |earlier| FrameChange { earlier, later: earlier + 1, residual: 0.002 };
//! let changes: Vec<_> = (0..14).map(change).collect();
//! let frames = [frame(0.9), frame(0.9), frame(0.1), frame(0.9)];
//! assert!(assess(Sequence { frames: &frames, changes: &changes[..3] }, &rule).alive);
//!
//! let stare = assess(Sequence { frames: &[frame(0.9); 15], changes: &changes }, &rule);
//! assert!(!stare.alive);
//! assert_eq!(stare.reasons[0].to_string(), "no blink was seen");
//! ```
//!
//! [`assess`] asks for a blink; [`perform`] for the actions of a [`Challenge`], in their order.
//!
//! Deliberately absent: pixels and networks (the frames' facts come in), a clock, the scores by which a frame looks like an attack, and
//! chance (which actions are asked for is decided elsewhere). A blink that a screen replays passes these rules; [`looks_like_an_attack`]
//! is for that.

mod action;
mod attack;
mod blink;
mod frame;
mod motion;
mod performance;
mod quantile;
mod reason;
mod verdict;

pub use action::{Action, Challenge, ChallengeError, MAX_ACTIONS, MAX_BLINKS, UnknownAction};
pub use attack::looks_like_an_attack;
pub use blink::{BlinkRule, BlinkRuleError};
pub use frame::{FrameFacts, Person, PersonRule, repeats};
pub use reason::Reason;
pub use verdict::{MAX_REPEATED_SHARE, MAX_UNUSABLE_SHARE, Sequence, Verdict, assess, perform};

//! `face-liveness`: from what a sequence of frames shows to whether a living person stood before the camera.
//!
//! ```
//! use face_liveness::{BlinkRule, FrameFacts, assess};
//! use face_types::EyeState;
//!
//! let frame = |open| FrameFacts {
//!     faces: 1,
//!     eyes: Some(EyeState { left_open: open, right_open: open }),
//! };
//! let rule = BlinkRule::around(0.5).unwrap();
//!
//! assert!(assess(&[frame(0.9), frame(0.9), frame(0.1)], &rule).alive);
//!
//! let photograph = assess(&[frame(0.9); 15], &rule);
//! assert!(!photograph.alive);
//! assert_eq!(photograph.reasons[0].to_string(), "no blink was seen");
//! ```
//!
//! Deliberately absent: pixels and networks (the frames' facts come in), a clock, presentation-attack scores, random
//! challenges, and whether it is the same face throughout. A blink alone does not stop a replayed video, nor two
//! pictures of one person shown one after the other.

mod blink;
mod reason;

pub use blink::{BlinkRule, BlinkRuleError, FrameFacts, MAX_UNUSABLE_SHARE, Verdict, assess};
pub use reason::Reason;

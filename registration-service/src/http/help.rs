//! What helps a person before the camera, in the words of the wire.

use face_liveness::{Action, Reason};
use face_wire::legacy::LivenessHelp;

/// `None` for reasons that help nobody.
pub(crate) const fn help(reason: Reason) -> Option<LivenessHelp> {
    match reason {
        Reason::NoBlink
        | Reason::NotDone {
            action: Action::Blink { .. },
        } => Some(LivenessHelp::NoBlink),
        Reason::NotDone {
            action: Action::TurnLeft | Action::TurnRight,
        } => Some(LivenessHelp::NoTurn),
        Reason::NotDone {
            action: Action::ComeCloser,
        } => Some(LivenessHelp::NotCloser),
        Reason::BadLight { .. } => Some(LivenessHelp::BadLight),
        Reason::NoFace { .. } => Some(LivenessHelp::NoFace),
        Reason::SeveralFaces { .. } => Some(LivenessHelp::SeveralFaces),
        Reason::Unclear { .. } => Some(LivenessHelp::Unclear),
        Reason::NoEyes { .. } => Some(LivenessHelp::NoEyes),
        Reason::NoFrames
        | Reason::AnotherPerson { .. }
        | Reason::Repeated { .. }
        | Reason::Photograph
        | Reason::OutOfOrder => None,
    }
}

//! What a person before the camera can be asked to do.

use std::fmt;
use std::str::FromStr;

/// The most blinks asked for in one action; more is a strain, and too quick for pictures 200 ms apart.
pub const MAX_BLINKS: u8 = 3;

/// The most actions of one challenge: one more would not fit into the 30 frames of a call.
pub const MAX_ACTIONS: usize = 3;

/// One thing to do.
///
/// Left and right are those of the person before the camera, who is told them. In the frames, which are not mirrored, the nose
/// of a person who turns to the left moves to the right. (A preview may be mirrored, as people know themselves; what is sent must
/// not be.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Close both eyes and open them, so many times.
    Blink {
        /// 1 to [`MAX_BLINKS`].
        times: u8,
    },
    /// Turn the head to one's own left.
    TurnLeft,
    /// Turn the head to one's own right.
    TurnRight,
    /// Bring the face closer to the camera.
    ComeCloser,
}

impl Action {
    /// Every action there is.
    pub const ALL: [Self; 6] = [
        Self::Blink { times: 1 },
        Self::Blink { times: 2 },
        Self::Blink { times: 3 },
        Self::TurnLeft,
        Self::TurnRight,
        Self::ComeCloser,
    ];

    /// Whether both are one thing to do; blinking twice is blinking.
    #[must_use]
    pub const fn is_like(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Blink { .. }, Self::Blink { .. })
                | (Self::TurnLeft, Self::TurnLeft)
                | (Self::TurnRight, Self::TurnRight)
                | (Self::ComeCloser, Self::ComeCloser)
        )
    }

    /// Its name in settings: `blink`, `blink-2`, `blink-3`, `turn-left`, `turn-right`, `come-closer`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blink { times: 0 | 1 } => "blink",
            Self::Blink { times: 2 } => "blink-2",
            Self::Blink { .. } => "blink-3",
            Self::TurnLeft => "turn-left",
            Self::TurnRight => "turn-right",
            Self::ComeCloser => "come-closer",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no action of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the actions are blink, blink-2, blink-3, turn-left, turn-right and come-closer")]
pub struct UnknownAction;

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |action: &Self| action.name() == name;
        Self::ALL.into_iter().find(named).ok_or(UnknownAction)
    }
}

/// Actions to be done one after the other: 1 to [`MAX_ACTIONS`], none like another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge(Vec<Action>);

/// Why actions are no challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// None, or more than [`MAX_ACTIONS`].
    #[error("a challenge has 1 to {MAX_ACTIONS} actions, not {0}")]
    Count(usize),
    /// Blinks without number, or more than [`MAX_BLINKS`].
    #[error("a challenge asks for 1 to {MAX_BLINKS} blinks, not {0}")]
    Blinks(u8),
    /// The same thing twice.
    #[error("a challenge asks for each thing once")]
    Twice,
}

impl Challenge {
    /// A challenge to do `actions` in their order.
    ///
    /// # Errors
    /// [`ChallengeError`].
    pub fn new(actions: Vec<Action>) -> Result<Self, ChallengeError> {
        if !(1..=MAX_ACTIONS).contains(&actions.len()) {
            return Err(ChallengeError::Count(actions.len()));
        }
        for (at, action) in actions.iter().enumerate() {
            match *action {
                Action::Blink { times } if !(1..=MAX_BLINKS).contains(&times) => {
                    return Err(ChallengeError::Blinks(times));
                }
                Action::Blink { .. }
                | Action::TurnLeft
                | Action::TurnRight
                | Action::ComeCloser => {}
            }
            if actions[..at].iter().any(|before| before.is_like(*action)) {
                return Err(ChallengeError::Twice);
            }
        }
        Ok(Self(actions))
    }

    /// The actions in their order.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const BLINK: Action = Action::Blink { times: 1 };

    #[test]
    fn every_action_is_found_by_its_name() {
        for action in Action::ALL {
            assert_eq!(action.name().parse(), Ok(action));
        }
        for name in ["", "Blink", "blink-0", "blink-4", "nod"] {
            assert_eq!(name.parse::<Action>(), Err(UnknownAction), "{name}");
        }
    }

    #[rstest]
    #[case::one(&[BLINK], None)]
    #[case::three(&[Action::TurnLeft, BLINK, Action::TurnRight], None)]
    #[case::none(&[], Some(ChallengeError::Count(0)))]
    #[case::four(&[BLINK, Action::TurnLeft, Action::TurnRight, Action::ComeCloser], Some(ChallengeError::Count(4)))]
    #[case::no_blink(&[Action::Blink { times: 0 }], Some(ChallengeError::Blinks(0)))]
    #[case::many_blinks(&[Action::Blink { times: 4 }], Some(ChallengeError::Blinks(4)))]
    #[case::twice(&[Action::TurnLeft, Action::TurnLeft], Some(ChallengeError::Twice))]
    #[case::blinks_twice(&[BLINK, Action::TurnLeft, Action::Blink { times: 2 }], Some(ChallengeError::Twice))]
    fn a_challenge_is_short_and_without_repeats(
        #[case] actions: &[Action],
        #[case] error: Option<ChallengeError>,
    ) {
        assert_eq!(Challenge::new(actions.to_vec()).err(), error);
    }
}

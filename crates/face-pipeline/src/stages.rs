//! How long each stage of an analysis took.

use std::time::{Duration, Instant};

/// A stage of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Bytes to pixels.
    Decode,
    /// Pixels to boxes and landmarks.
    Detect,
    /// Faces to aligned crops.
    Align,
    /// Measures and the quality network.
    Quality,
    /// Aligned crops to templates.
    Embed,
    /// Open or closed eyes.
    Eyes,
    /// Presentation-attack networks, and what the pixels tell.
    Attack,
    /// The grey face by which the frames of a sequence are compared.
    Patch,
}

impl Stage {
    /// All of them, in the order of the pipeline.
    pub const ALL: [Self; 8] = [
        Self::Decode,
        Self::Detect,
        Self::Align,
        Self::Quality,
        Self::Embed,
        Self::Eyes,
        Self::Attack,
        Self::Patch,
    ];

    /// The stage's name in metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Detect => "detect",
            Self::Align => "align",
            Self::Quality => "quality",
            Self::Embed => "embed",
            Self::Eyes => "eyes",
            Self::Attack => "attack",
            Self::Patch => "patch",
        }
    }
}

impl Stage {
    /// The name of the stage's span.
    const fn span(self) -> &'static str {
        match self {
            Self::Decode => "stage.decode",
            Self::Detect => "stage.detect",
            Self::Align => "stage.align",
            Self::Quality => "stage.quality",
            Self::Embed => "stage.embed",
            Self::Eyes => "stage.eyes",
            Self::Attack => "stage.attack",
            Self::Patch => "stage.patch",
        }
    }
}

/// The time that each stage took; a stage that was not run took none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageTimes([Duration; Stage::ALL.len()]);

impl StageTimes {
    /// The time of `stage`.
    #[must_use]
    pub const fn of(&self, stage: Stage) -> Duration {
        self.0[stage as usize]
    }

    /// The stages that were run, with their times.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, Duration)> {
        let times = self.0;
        Stage::ALL
            .into_iter()
            .map(move |stage| (stage, times[stage as usize]))
            .filter(|(_, time)| !time.is_zero())
    }

    /// Runs `work` as a part of `stage`.
    pub(crate) fn measure<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let _span = tracing::info_span!("stage", otel.name = stage.span()).entered();
        let started = Instant::now();
        let result = work();
        self.0[stage as usize] += started.elapsed();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up_for_each_stage_apart() {
        let mut times = StageTimes::default();
        for _ in 0..2 {
            times.measure(Stage::Align, || {
                std::thread::sleep(Duration::from_millis(2));
            });
        }
        assert!(times.of(Stage::Align) >= Duration::from_millis(4));
        assert_eq!(
            times
                .iter()
                .map(|(stage, _)| stage.name())
                .collect::<Vec<_>>(),
            ["align"]
        );
    }
}

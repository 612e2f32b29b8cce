//! What the operator decides for all callers.

use std::sync::Arc;

use async_trait::async_trait;
use clap::ValueEnum;
use service_kit::health::Readiness;

use crate::replica::Replica;

/// When a probe and its frames are looked at for presentation attacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FraudDetection {
    /// When the caller asks for it.
    #[default]
    WhenAsked,
    /// Whether the caller asks for it or not.
    Always,
}

impl FraudDetection {
    /// Whether a call is to be looked at whose caller `asked` for it, or did not.
    pub(crate) const fn applies(self, asked: bool) -> bool {
        match self {
            Self::WhenAsked => asked,
            Self::Always => true,
        }
    }
}

/// Ready unless attacks are always looked for, and the active pack cannot.
pub(crate) struct FraudReadiness {
    pub(crate) policy: FraudDetection,
    pub(crate) replica: Arc<Replica>,
}

#[async_trait]
impl Readiness for FraudReadiness {
    fn name(&self) -> &'static str {
        "fraud-detection"
    }

    async fn check(&self) -> Result<(), String> {
        let active = self.replica.active();
        let cannot = active.is_ok_and(|active| active.pack().attack_threshold.is_none());
        if self.policy == FraudDetection::Always && cannot {
            return Err(
                "is always on, and the active pack has nothing against presentation attacks"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

//! Settings of the inference service, to be flattened into the command line of whatever program runs it.

use std::num::NonZeroUsize;

use clap::Args;

/// How the inference service runs.
#[derive(Debug, Clone, Args)]
pub struct InferenceSettings {
    /// Port of the inference service; 0 takes a free one.
    #[arg(
        long,
        env = "WHOS_THAT_INFERENCE_PORT",
        default_value_t = 5007,
        value_name = "PORT"
    )]
    pub inference_port: u16,

    /// Pictures analysed at the same time, each by networks of its own [default: one for each processor].
    #[arg(long, env = "WHOS_THAT_INFERENCE_WORKERS", value_name = "N")]
    pub inference_workers: Option<NonZeroUsize>,

    /// Threads that one network runs on. With as many workers as processors more than one only adds waiting.
    #[arg(long, env = "WHOS_THAT_INFERENCE_THREADS", default_value_t = NonZeroUsize::MIN, value_name = "N")]
    pub inference_threads: NonZeroUsize,

    /// Pictures that may wait for a worker; when they are more, callers are told at once to come back later.
    #[arg(
        long,
        env = "WHOS_THAT_INFERENCE_QUEUE",
        default_value = "64",
        value_name = "N"
    )]
    pub inference_queue: NonZeroUsize,

    /// Eyes at least this open, 0 to 1, are open in `/liveness_check` [default: what the pack was measured with].
    #[arg(long, env = "WHOS_THAT_EYE_THRESHOLD", value_name = "SHARE")]
    pub eye_threshold: Option<f32>,
}

impl InferenceSettings {
    /// Pictures analysed at the same time.
    #[must_use]
    pub fn workers(&self) -> NonZeroUsize {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.inference_workers.unwrap_or_else(processors)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: InferenceSettings,
    }

    #[test]
    fn the_defaults_are_a_port_and_a_worker_for_each_processor() {
        let settings = Cli::try_parse_from(["test"]).unwrap().settings;
        assert_eq!(settings.inference_port, 5007);
        assert_eq!(
            Some(settings.workers()),
            std::thread::available_parallelism().ok()
        );
    }

    #[test]
    fn no_worker_or_no_place_in_the_queue_is_refused() {
        for option in [
            "--inference-workers",
            "--inference-threads",
            "--inference-queue",
        ] {
            assert!(
                Cli::try_parse_from(["test", option, "0"]).is_err(),
                "{option}"
            );
        }
    }
}

//! The inference service as a program of its own.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use face_packs::{OnnxRuntime, Pack, Search, on_standard_error};
use inference_service::{InferenceSettings, build};
use service_kit::{ServiceSettings, announce, settings, stop_signal, telemetry};

/// Pixels in, facts about faces out.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Folder of the pack of networks; `whos-that pack` makes one.
    #[arg(long, env = "WHOS_THAT_PACK", value_name = "DIR")]
    pack: PathBuf,

    #[command(flatten)]
    service: ServiceSettings,

    #[command(flatten)]
    inference: InferenceSettings,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli: Cli = settings::read()?;
    let telemetry = telemetry::init("inference-service", cli.service.log_format);
    let pack = Pack::open(&cli.pack).context("the pack cannot be opened")?;
    let runtime =
        OnnxRuntime::locate_or_fetch(&Search::of_this_machine(), on_standard_error().as_ref())
            .await?;
    let mut running = build(&cli.service, &cli.inference, &pack, &runtime)?;
    announce("inference-service", &running.url());
    let ended = tokio::select! {
        ended = running.finished() => ended.context("the server ended by itself"),
        () = stop_signal() => running.stop().await.context("the server did not stop in order"),
    };
    telemetry.finish().await;
    ended
}

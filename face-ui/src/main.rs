//! The user interface as a program of its own.

use clap::Parser;
use face_ui::UiSettings;
use service_kit::{ServiceSettings, announce, settings, stop_signal, telemetry};

/// The pages of Who's That.
#[derive(Parser)]
#[command(name = "face-ui", version, about)]
struct Cli {
    #[command(flatten)]
    service: ServiceSettings,
    #[command(flatten)]
    ui: UiSettings,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli: Cli = settings::read()?;
    let telemetry = telemetry::init("face-ui", cli.service.log_format);
    let mut running = face_ui::start(&cli.service, &cli.ui)?;
    announce("face-ui", &running.url());
    let ended = tokio::select! {
        ended = running.finished() => ended,
        () = stop_signal() => running.stop().await,
    };
    telemetry.finish().await;
    Ok(ended?)
}

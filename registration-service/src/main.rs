//! The registration service as a program of its own.

use anyhow::Context as _;
use clap::Parser;
use registration_service::RegistrationSettings;
use service_kit::{ServiceSettings, settings};

/// Who's That, registration service: people, their references, and who a face is.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    service: ServiceSettings,
    #[command(flatten)]
    registration: RegistrationSettings,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli: Cli = settings::read()?;
    let telemetry = service_kit::telemetry::init("registration-service", cli.service.log_format);
    let mut service = registration_service::start(&cli.service, &cli.registration)
        .await
        .context("the registration service did not start")?;
    service_kit::announce("registration-service", &service.url());
    let ended = tokio::select! {
        () = service_kit::stop_signal() => service.stop().await,
        ended = service.finished() => ended,
    };
    telemetry.finish().await;
    Ok(ended?)
}

//! The three services in one process: each still speaks HTTP to the next, so that apart or together they behave alike.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context as _, Result};
use face_packs::{OnnxRuntime, RuntimeError, Search, on_standard_error};
use service_kit::{Exposure, ExposureError, stop_signal};

use crate::cli::SystemSettings;
use crate::networks::{self, Fetch};

/// Starts the three services and runs them until the process is asked to stop or one of them ends.
pub(crate) async fn run(mut system: SystemSettings) -> Result<()> {
    let telemetry = service_kit::telemetry::init("whos-that", system.service.log_format);
    check_exposure(&system)?;
    let choice = networks::choose(&system, system.fetch()).await?;
    networks::announce(&choice);
    let runtime = runtime(system.fetch()).await?;
    let mut inference =
        inference_service::build(&system.service, &system.inference, &choice.pack, &runtime)
            .context("the inference service did not start")?;
    networks::remember(&system, &choice.pack)?;
    system.registration.inference_url = Some(local_url(inference.address));
    let mut registration = registration_service::start(&system.service, &system.registration)
        .await
        .context("the registration service did not start")?;
    system.ui.registration_url = local_url(registration.address());
    let mut pages =
        face_ui::start(&system.service, &system.ui).context("the pages are not served")?;
    let stop = stop_signal();
    announce(
        &system,
        registration.address(),
        pages.address,
        inference.address,
    );
    let ended = tokio::select! {
        () = stop => Ok(()),
        end = pages.finished() => end.context("the pages ended"),
        end = registration.finished() => end.context("the registration service ended"),
        end = inference.finished() => end.context("the inference service ended"),
    };
    pages.drain();
    registration.drain();
    inference.drain();
    tokio::time::sleep(system.service.drain()).await;
    // From the outside in: nobody is left asking a service that is gone.
    pages.close().await.context("stopping the pages")?;
    registration
        .close()
        .await
        .context("stopping the registration service")?;
    inference
        .close()
        .await
        .context("stopping the inference service")?;
    telemetry.finish().await;
    ended
}

/// ONNX Runtime, fetched if it is missing and may be.
async fn runtime(fetch: Fetch) -> Result<OnnxRuntime, RuntimeError> {
    let search = Search::of_this_machine();
    match fetch {
        Fetch::Allowed => OnnxRuntime::locate_or_fetch(&search, &*on_standard_error()).await,
        Fetch::Forbidden => OnnxRuntime::locate(&search),
    }
}

/// Both conditions of an address that others reach, before anything is loaded.
fn check_exposure(system: &SystemSettings) -> Result<(), ExposureError> {
    system.service.check_exposure()?;
    let demonstration = system.ui.admin_password_hash.is_none();
    if demonstration && system.service.exposure() == Exposure::Network {
        return Err(ExposureError::AdminPassword);
    }
    Ok(())
}

/// How the services reach each other on this machine.
fn local_url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

#[expect(
    clippy::print_stdout,
    reason = "the addresses are the program's answer to being started"
)]
fn announce(
    system: &SystemSettings,
    registration: SocketAddr,
    pages: SocketAddr,
    inference: SocketAddr,
) {
    println!("Who's That is running. Ctrl-C stops it.\n");
    println!("  pages         {}{}", local_url(pages), login_hint(system));
    println!("  registration  {}", local_url(registration));
    println!("  inference     {}", local_url(inference));
}

fn login_hint(system: &SystemSettings) -> &'static str {
    match (system.service.exposure(), &system.ui.admin_password_hash) {
        (Exposure::Loopback, None) => "  (demonstration login: admin / admin)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_reach_each_other_on_loopback_whatever_they_listen_on() {
        for (address, url) in [
            ("0.0.0.0:5007", "http://127.0.0.1:5007"),
            ("[::]:5007", "http://[::1]:5007"),
            ("127.0.0.1:1", "http://127.0.0.1:1"),
        ] {
            assert_eq!(local_url(address.parse().unwrap()), url);
        }
    }
}

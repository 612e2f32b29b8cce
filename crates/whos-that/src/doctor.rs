//! `whos-that doctor`: everything that starting needs, looked at one by one, each with what to do.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Result, bail};
use face_packs::{OnnxRuntime, Search};
use service_kit::Exposure;

use crate::cli::SystemSettings;
use crate::networks::{self, Choice, Fetch};

/// What became of one check.
struct Finding {
    what: &'static str,
    outcome: Outcome,
}

enum Outcome {
    /// It works; the text says what was found.
    Fine(String),
    /// Nothing to mend, but to know.
    Note(String),
    /// It does not work; the text says what to do.
    Broken(String),
}

/// Looks at everything, prints each finding, and fails when something is broken.
pub(crate) async fn run(system: &SystemSettings) -> Result<()> {
    let choice = networks::choose(system, Fetch::Forbidden).await;
    let mut findings = vec![
        library(),
        pack_files(&choice, system.fetch()),
        networks(&choice),
        store(system).await,
    ];
    findings.extend(ports(system));
    findings.push(login(system));
    findings.push(camera(system));
    findings.iter().for_each(print);
    let broken = findings
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Broken(_)))
        .count();
    if broken > 0 {
        bail!("{broken} of {} checks failed", findings.len());
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn print(finding: &Finding) {
    let (mark, text) = match &finding.outcome {
        Outcome::Fine(text) => ("ok  ", text),
        Outcome::Note(text) => ("note", text),
        Outcome::Broken(text) => ("FAIL", text),
    };
    println!(
        "{mark}  {:<9} {}",
        finding.what,
        text.replace('\n', "\n                ")
    );
}

/// A finding from a result whose error says what to do.
fn finding(what: &'static str, result: Result<String, String>) -> Finding {
    Finding {
        what,
        outcome: result.map_or_else(Outcome::Broken, Outcome::Fine),
    }
}

fn library() -> Finding {
    let found = OnnxRuntime::locate(&Search::of_this_machine());
    let outcome = match found {
        Ok(runtime) => Outcome::Fine(format!("ONNX Runtime at {}", runtime.library().display())),
        Err(error @ face_packs::RuntimeError::NotFound { .. }) => {
            Outcome::Note(format!("{error}\nstarting the system tries to fetch it"))
        }
        Err(error) => Outcome::Broken(error.to_string()),
    };
    Finding {
        what: "library",
        outcome,
    }
}

fn pack_files(choice: &Result<Choice>, fetch: Fetch) -> Finding {
    let what = "pack";
    match choice {
        Ok(Choice {
            may_be_better: true,
            pack,
            ..
        }) if fetch == Fetch::Allowed => Finding {
            what,
            outcome: Outcome::Note(format!(
                "{} {}, which comes with the program\nstarting the system first tries to make `registry`, which is better, out \
                 of packages of pip and npm",
                pack.manifest().name,
                pack.manifest().version
            )),
        },
        Ok(Choice { pack, why, .. }) => {
            let manifest = pack.manifest();
            let text = format!(
                "{} {}, {why}; every file is as its manifest says",
                manifest.name, manifest.version
            );
            Finding {
                what,
                outcome: Outcome::Fine(text),
            }
        }
        Err(error) => Finding {
            what,
            outcome: Outcome::Broken(format!("{error:#}")),
        },
    }
}

/// Opens the networks: a file can be whole and yet be none that this ONNX Runtime reads.
fn networks(choice: &Result<Choice>) -> Finding {
    let what = "networks";
    let (Ok(Choice { pack, .. }), Ok(runtime)) =
        (choice, OnnxRuntime::locate(&Search::of_this_machine()))
    else {
        return Finding {
            what,
            outcome: Outcome::Note("not opened: they need the library and the pack".to_owned()),
        };
    };
    let roles = pack.manifest().networks();
    let opened = roles.iter().try_for_each(|(role, _)| {
        pack.network(*role, &runtime, 1)
            .map(drop)
            .map_err(|error| format!("{role}: {error}"))
    });
    finding(
        what,
        opened.map(|()| format!("{} open in ONNX Runtime", roles.len())),
    )
}

async fn store(system: &SystemSettings) -> Finding {
    let opened = registration_service::inspect_store(&system.registration).await;
    finding(
        "store",
        opened.map_err(|error| format!("{:#}", anyhow::Error::new(error))),
    )
}

fn ports(system: &SystemSettings) -> Vec<Finding> {
    let ports = [
        system.registration.registration_port,
        system.ui.ui_port,
        system.inference.inference_port,
    ];
    let check = |port| {
        let address = SocketAddr::new(system.service.bind, port);
        let bound = TcpListener::bind(address).map(|_| format!("{address} is free"));
        finding(
            "port",
            bound.map_err(|error| {
                format!(
                    "{address}: {error}; is the system running already? Another port: see --help"
                )
            }),
        )
    };
    ports.into_iter().map(check).collect()
}

fn login(system: &SystemSettings) -> Finding {
    let has_password = system.ui.admin_password_hash.is_some();
    let outcome = match (
        system.service.exposure(),
        has_password,
        system.service.check_exposure(),
    ) {
        (_, _, Err(error)) => Outcome::Broken(error.to_string()),
        (Exposure::Network, false, _) => {
            Outcome::Broken(service_kit::ExposureError::AdminPassword.to_string())
        }
        (Exposure::Loopback, false, _) => {
            Outcome::Note("demonstration login admin / admin, on this machine only".to_owned())
        }
        (_, true, _) => Outcome::Fine("an administrator's password is set".to_owned()),
    };
    Finding {
        what: "login",
        outcome,
    }
}

fn camera(system: &SystemSettings) -> Finding {
    let text = match system.service.exposure() {
        Exposure::Loopback => {
            "browsers on this machine may use the camera at http://127.0.0.1 or http://localhost"
        }
        Exposure::Network => {
            "browsers on other machines give a page the camera over HTTPS only: put a proxy with a certificate before the pages"
        }
    };
    Finding {
        what: "camera",
        outcome: Outcome::Note(format!(
            "{text}\nif a page is refused: allow the camera in the browser's site settings, and close programs that use it"
        )),
    }
}

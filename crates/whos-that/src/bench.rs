//! `whos-that bench`: the time of `find_match` as a client sees it, and how many are answered a second.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use face_wire::legacy::LIVENESS_FRAMES;
use face_wire::{connections, picture};
use serde_json::json;

/// How hard a running system is asked.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Probes, used in turn.
    #[arg(required = true, value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
    /// Registration service.
    #[arg(long, default_value = "http://127.0.0.1:5005", value_name = "URL")]
    url: String,
    /// Frames of a liveness run that goes with every probe; give it once for each.
    #[arg(long = "frame", value_name = "PICTURE")]
    frames: Vec<PathBuf>,
    /// Number of calls.
    #[arg(long, default_value_t = 500)]
    calls: usize,
    /// Clients that call at the same time, each waiting for its answer.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    clients: u16,
    /// Calls before the clock starts.
    #[arg(long, default_value_t = 20)]
    warm_up: usize,
}

/// One answer: how long it took, and its status.
struct Answer {
    elapsed: Duration,
    status: u16,
}

/// Asks the system and prints what came of it.
pub(crate) async fn run(bench: &Bench) -> Result<()> {
    let probes = Arc::new(bodies(&bench.pictures, &bench.frames)?);
    let client = connections(&bench.url, Duration::from_mins(1))?;
    let url: Arc<str> = format!("{}/api/find_match", bench.url.trim_end_matches('/')).into();
    for call in 0..bench.warm_up {
        ask(&client, &url, &probes[call % probes.len()]).await?;
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let clients: Vec<_> = (0..bench.clients)
        .map(|_| {
            tokio::spawn(one_client(
                client.clone(),
                url.clone(),
                probes.clone(),
                next.clone(),
                bench.calls,
            ))
        })
        .collect();
    let mut answers = Vec::new();
    for client in clients {
        answers.extend(client.await??);
    }
    print(&mut answers, bench.clients, started.elapsed());
    Ok(())
}

/// What is sent for each of `pictures`, with the same `frames` if there are any.
fn bodies(pictures: &[PathBuf], frames: &[PathBuf]) -> Result<Vec<String>> {
    let encoded = |paths: &[PathBuf]| -> Result<Vec<String>> {
        let encode = |path: &PathBuf| {
            let bytes = std::fs::read(path);
            let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
            Ok(picture::encode(&bytes))
        };
        paths.iter().map(encode).collect()
    };
    ensure!(!pictures.is_empty(), "name at least one picture");
    ensure!(
        frames.is_empty() || frames.len() == LIVENESS_FRAMES,
        "a liveness run has {LIVENESS_FRAMES} frames, not {}",
        frames.len()
    );
    let frames = encoded(frames)?;
    let body = |probe: String| {
        if frames.is_empty() {
            json!({"img_base64": probe}).to_string()
        } else {
            json!({"img_base64": probe, "liveness": true, "frames": frames}).to_string()
        }
    };
    Ok(encoded(pictures)?.into_iter().map(body).collect())
}

async fn one_client(
    client: reqwest::Client,
    url: Arc<str>,
    probes: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    calls: usize,
) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    loop {
        let call = next.fetch_add(1, Ordering::Relaxed);
        if call >= calls {
            return Ok(answers);
        }
        answers.push(ask(&client, &url, &probes[call % probes.len()]).await?);
    }
}

async fn ask(client: &reqwest::Client, url: &str, body: &str) -> Result<Answer> {
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .body(body.to_owned());
    let started = Instant::now();
    let response = request
        .send()
        .await
        .context("the system does not answer; is it running?")?;
    let status = response.status().as_u16();
    response.bytes().await?;
    Ok(Answer {
        elapsed: started.elapsed(),
        status,
    })
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn print(answers: &mut [Answer], clients: u16, total: Duration) {
    answers.sort_by_key(|answer| answer.elapsed);
    let at = |share: f64| {
        let index = ((answers.len() as f64 * share) as usize).min(answers.len().saturating_sub(1));
        answers
            .get(index)
            .map_or(0.0, |answer| answer.elapsed.as_secs_f64() * 1e3)
    };
    println!(
        "{} calls, {clients} clients, {:.1} a second",
        answers.len(),
        answers.len() as f64 / total.as_secs_f64()
    );
    println!(
        "ms: min {:.1}, p50 {:.1}, p95 {:.1}, p99 {:.1}, max {:.1}",
        at(0.0),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    for group in statuses.chunk_by(|a, b| a == b) {
        println!("status {}: {}", group[0], group.len());
    }
}

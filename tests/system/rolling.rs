//! Two replicas of each service behind balancers, restarted one after the other under load: no call is lost.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use face_store_mongo::testing::TestServer;
use face_wire::connections;
use serde_json::{Value, json};

use crate::support::balancer::Balancer;
use crate::support::needs;
use crate::support::pictures::{SEEDS, base64, portrait};
use crate::support::service::{Service, free_port};

/// Calls that must be answered at least.
const CALLS: usize = 2000;
/// Clients, each with one call at a time.
const CLIENTS: usize = 4;
/// Longer than the balancer takes to see that a replica is not ready.
const DRAIN: &str = "1";

/// What came of the calls.
#[derive(Default)]
struct Count {
    answered: AtomicUsize,
    /// What became of those that were not answered.
    failed: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

fn inference(port: &str, pack: &Path) -> Service {
    let pack = pack.to_string_lossy();
    Service::start(
        "inference-service",
        &[
            "--inference-port",
            port,
            "--pack",
            &pack,
            "--inference-workers",
            "1",
            "--drain-seconds",
            DRAIN,
        ],
    )
}

fn registration(port: &str, inference_url: &str, mongo: &str) -> Service {
    Service::start(
        "registration-service",
        &[
            "--registration-port",
            port,
            "--inference-url",
            inference_url,
            "--mongo",
            mongo,
            "--inference-deadline-ms",
            "30000",
            "--drain-seconds",
            DRAIN,
        ],
    )
}

/// Asks until all is over and enough was asked, on connections that are kept as long as the service keeps them.
async fn client(url: String, body: Value, count: Arc<Count>) {
    let http = connections(&url, Duration::from_mins(1)).expect("connections");
    while !count.is_over.load(Ordering::Relaxed) || count.answered.load(Ordering::Relaxed) < CALLS {
        let answer = http
            .post(format!("{url}/api/find_match"))
            .json(&body)
            .send()
            .await;
        // The body is read to its end: half an answer is none.
        let read = match answer {
            Ok(answer) => (answer.status().as_u16(), answer.text().await),
            Err(error) => (0, Err(error)),
        };
        if let (200, Ok(user)) = &read
            && user.contains("Rolls")
        {
            count.answered.fetch_add(1, Ordering::Relaxed);
        } else {
            let mut failed = count.failed.lock().expect("no panic");
            failed.push(format!("{read:?}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost_while_each_replica_is_restarted_in_turn_on_mongodbs_protocol() {
    let (Some(pack), Some(server)) = (needs::pack(), TestServer::shared()) else {
        return;
    };
    let mongo = format!("{}/{}", server.url(), TestServer::new_database());
    let backs = [free_port(), free_port()];
    let fronts = [free_port(), free_port()];
    let back = Balancer::start(&backs.each_ref().map(String::as_str)).await;
    let front = Balancer::start(&fronts.each_ref().map(String::as_str)).await;
    let mut networks: Vec<Service> = backs.iter().map(|port| inference(port, &pack)).collect();
    let mut services: Vec<Service> = fronts
        .iter()
        .map(|port| registration(port, &back.url, &mongo))
        .collect();
    back.all_ready().await;
    front.all_ready().await;

    let http = connections(&front.url, Duration::from_mins(1)).expect("connections");
    let person =
        json!({"name": "Rolls", "surname": "On", "img_base64": base64(&portrait(SEEDS[0], 0))});
    let stored = http
        .post(format!("{}/api/store/1", front.url))
        .json(&person)
        .send()
        .await;
    assert_eq!(stored.expect("an answer").status(), 200);
    // The other replica takes it from the store's history.
    tokio::time::sleep(Duration::from_secs(2)).await;

    let count = Arc::new(Count::default());
    let probe = json!({"img_base64": base64(&portrait(SEEDS[0], 1))});
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(client(front.url.clone(), probe.clone(), count.clone())))
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (index, port) in backs.iter().enumerate() {
        stop(networks.remove(index)).await;
        networks.insert(index, inference(port, &pack));
        back.all_ready().await;
    }
    for (index, port) in fronts.iter().enumerate() {
        stop(services.remove(index)).await;
        services.insert(index, registration(port, &back.url, &mongo));
        front.all_ready().await;
    }
    count.is_over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("a client does not panic");
    }
    let answered = count.answered.load(Ordering::Relaxed);
    let failed = count.failed.lock().expect("no panic");
    println!(
        "rolling restart: {} of {} calls failed",
        failed.len(),
        answered + failed.len()
    );
    assert_eq!(*failed, Vec::<String>::new());
    assert!(answered >= CALLS);
}

/// Stops a replica without holding up the clients of this process.
async fn stop(service: Service) {
    let status = tokio::task::spawn_blocking(|| service.stop()).await;
    assert_eq!(status.expect("no panic").code(), Some(0), "a clean stop");
}

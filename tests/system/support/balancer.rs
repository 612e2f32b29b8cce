//! A balancer as stands before replicas: it asks each for `/readyz`, gives new connections to those that are ready in turn,
//! and does nothing else; a call that is lost stays lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How often each replica is asked.
const PERIOD: Duration = Duration::from_millis(100);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Answers in a row after which a replica gets no more connections.
const FAILURES: usize = 2;

/// One replica, as far as the balancer knows.
struct Replica {
    address: String,
    is_ready: AtomicBool,
}

/// A running balancer; dropped, it takes its connections with it.
pub(crate) struct Balancer {
    /// Where it listens, as a URL.
    pub(crate) url: String,
    replicas: Arc<Vec<Replica>>,
    _tasks: JoinSet<()>,
}

impl Balancer {
    /// Before replicas on these ports of this machine.
    pub(crate) async fn start(ports: &[&str]) -> Self {
        let replicas: Vec<Replica> = ports
            .iter()
            .map(|port| Replica {
                address: format!("127.0.0.1:{port}"),
                is_ready: AtomicBool::new(false),
            })
            .collect();
        let replicas = Arc::new(replicas);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let mut tasks = JoinSet::new();
        for index in 0..replicas.len() {
            tasks.spawn(watch(replicas.clone(), index));
        }
        tasks.spawn(serve(listener, replicas.clone()));
        Self {
            url,
            replicas,
            _tasks: tasks,
        }
    }

    /// Returns once every replica is ready.
    pub(crate) async fn all_ready(&self) {
        for _ in 0..600 {
            if self
                .replicas
                .iter()
                .all(|replica| replica.is_ready.load(Ordering::Relaxed))
            {
                return;
            }
            tokio::time::sleep(PERIOD).await;
        }
        panic!("the replicas do not become ready");
    }
}

async fn watch(replicas: Arc<Vec<Replica>>, index: usize) {
    let replica = &replicas[index];
    let mut failures = FAILURES;
    loop {
        let answer = timeout(PATIENCE, ask(&replica.address)).await;
        failures = match answer {
            Ok(Ok(true)) => 0,
            _ => failures + 1,
        };
        replica
            .is_ready
            .store(failures < FAILURES, Ordering::Relaxed);
        tokio::time::sleep(PERIOD).await;
    }
}

async fn ask(address: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nhost: balancer\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}

async fn serve(listener: TcpListener, replicas: Arc<Vec<Replica>>) {
    let next = AtomicUsize::new(0);
    let mut connections = JoinSet::new();
    loop {
        let (mut client, _) = listener.accept().await.expect("connections come");
        let ready: Vec<&Replica> = replicas
            .iter()
            .filter(|replica| replica.is_ready.load(Ordering::Relaxed))
            .collect();
        if ready.is_empty() {
            continue;
        }
        let turn = next.fetch_add(1, Ordering::Relaxed) % ready.len();
        let address = ready[turn].address.clone();
        connections.spawn(async move {
            if let Ok(mut server) = TcpStream::connect(address).await {
                // Ends when both have closed; an error is one of theirs, which they see themselves.
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

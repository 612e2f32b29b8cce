//! The queue and its threads, with work that the test holds in its hands: what it is asked, and when it ends.

use std::sync::mpsc;
use std::time::Duration;

use face_pipeline::StageTimes;
use service_kit::metrics::Metrics;

use super::*;

/// Work that reports each picture and waits for leave to go on; an empty picture makes it panic.
struct Held {
    taken: mpsc::Sender<Bytes>,
    leave: Arc<Mutex<mpsc::Receiver<()>>>,
}

impl Work for Held {
    fn analyse(&mut self, picture: &Bytes, _: Wishes) -> Result<Analysis, AnalyseError> {
        self.taken.send(picture.clone()).unwrap();
        self.leave.lock().unwrap().recv().unwrap();
        assert!(!picture.is_empty(), "an empty picture");
        Ok(Analysis {
            width: u32::from(picture[0]),
            height: 1,
            faces: Vec::new(),
            patch: None,
            times: StageTimes::default(),
        })
    }
}

struct TestPool {
    pool: Arc<Pool>,
    taken: mpsc::Receiver<Bytes>,
    leave: mpsc::Sender<()>,
}

fn pool(workers: usize, capacity: usize) -> TestPool {
    let ((taken_in, taken), (leave, leave_out)) = (mpsc::channel(), mpsc::channel());
    let leave_out = Arc::new(Mutex::new(leave_out));
    let worker = || Held {
        taken: taken_in.clone(),
        leave: Arc::clone(&leave_out),
    };
    let metrics = PoolMetrics::register(&Metrics::new("test"));
    let pool = Pool::start((0..workers).map(|_| worker()).collect(), capacity, metrics);
    TestPool {
        pool: Arc::new(pool),
        taken,
        leave,
    }
}

fn picture(byte: u8) -> Bytes {
    Bytes::from(vec![byte])
}

/// Starts an analysis and returns once it is in the queue.
async fn begin(
    pool: &Arc<Pool>,
    pictures: Vec<Bytes>,
) -> tokio::task::JoinHandle<Result<Vec<Result<Analysis, WorkError>>, WorkError>> {
    let pool = Arc::clone(pool);
    let task = tokio::spawn(async move { pool.analyse(pictures, Wishes::default()).await });
    tokio::task::yield_now().await;
    task
}

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn answers_come_in_the_order_of_the_pictures_whoever_analyses_them() {
    let held = pool(3, 8);
    for _ in 0..8 {
        held.leave.send(()).unwrap();
    }
    let pictures = (1..=8).map(picture).collect();
    let analyses = held
        .pool
        .analyse(pictures, Wishes::default())
        .await
        .unwrap();
    let widths: Vec<u32> = analyses
        .into_iter()
        .map(|analysis| analysis.unwrap().width)
        .collect();
    assert_eq!(widths, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_takes_up_again() {
    let held = pool(1, 2);
    let first = begin(&held.pool, vec![picture(1)]).await;
    held.taken.recv_timeout(SOON).unwrap();
    let waiting = begin(&held.pool, vec![picture(2)]).await;
    let two_more = held
        .pool
        .analyse(vec![picture(3), picture(4)], Wishes::default());
    assert!(
        matches!(two_more.await, Err(WorkError::Full)),
        "one place is left, two are wanted"
    );
    let last = begin(&held.pool, vec![picture(5)]).await;
    assert!(matches!(
        held.pool.analyse(vec![picture(6)], Wishes::default()).await,
        Err(WorkError::Full)
    ));
    for _ in 0..4 {
        held.leave.send(()).unwrap();
    }
    for task in [first, waiting, last] {
        assert!(task.await.unwrap().unwrap()[0].is_ok());
    }
    assert!(
        held.pool
            .analyse(vec![picture(7)], Wishes::default())
            .await
            .is_ok()
    );
    assert_eq!(held.pool.metrics.refused.get(), 2);
}

#[tokio::test]
async fn a_call_with_more_pictures_than_places_is_served_by_an_idle_pool() {
    let held = pool(1, 2);
    for _ in 0..5 {
        held.leave.send(()).unwrap();
    }
    let analyses = held
        .pool
        .analyse((1..=5).map(picture).collect(), Wishes::default())
        .await
        .unwrap();
    assert!(analyses.iter().all(Result::is_ok));
    assert_eq!(
        held.pool.places.available_permits(),
        2,
        "every place was given back"
    );
}

#[tokio::test]
async fn a_picture_whose_caller_left_is_skipped() {
    let held = pool(1, 8);
    let first = begin(&held.pool, vec![picture(1)]).await;
    held.taken.recv_timeout(SOON).unwrap();
    let gone = begin(&held.pool, vec![picture(2), picture(3)]).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    let last = begin(&held.pool, vec![picture(4)]).await;
    held.leave.send(()).unwrap();
    held.leave.send(()).unwrap();
    assert!(first.await.unwrap().is_ok());
    assert!(last.await.unwrap().is_ok());
    assert_eq!(
        held.taken.try_iter().collect::<Vec<_>>(),
        [picture(4)],
        "2 and 3 were never taken up"
    );
    assert_eq!(held.pool.metrics.abandoned.get(), 2);
}

#[tokio::test]
async fn a_panic_costs_one_picture_its_answer_and_the_worker_lives_on() {
    let held = pool(1, 8);
    for _ in 0..3 {
        held.leave.send(()).unwrap();
    }
    let pictures = vec![picture(1), Bytes::new(), picture(3)];
    let analyses = held
        .pool
        .analyse(pictures, Wishes::default())
        .await
        .unwrap();
    assert!(analyses[0].is_ok() && analyses[2].is_ok());
    assert!(matches!(analyses[1], Err(WorkError::NoAnswer)));
    assert_eq!(held.pool.check().await, Ok(()));
}

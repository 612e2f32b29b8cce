//! Threads that analyse pictures, behind a queue of bounded length.
//!
//! A caller takes places in the queue for all its pictures at once or is refused at once; a picture gives its place back
//! when a thread takes it up; a picture whose caller has gone is skipped. A panic costs the picture its answer, not the
//! thread its life.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use face_pipeline::{AnalyseError, Analysis, Analyzer, Wishes};
use service_kit::health::Readiness;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::metrics::PoolMetrics;

/// What a thread of the pool does with one picture.
pub(crate) trait Work: Send + 'static {
    /// The faces of one encoded picture.
    fn analyse(&mut self, picture: &Bytes, wishes: Wishes) -> Result<Analysis, AnalyseError>;
}

impl Work for Analyzer {
    fn analyse(&mut self, picture: &Bytes, wishes: Wishes) -> Result<Analysis, AnalyseError> {
        let mut analyses = Self::analyse(self, std::slice::from_ref(picture), wishes);
        analyses.pop().expect("one analysis for one picture")
    }
}

/// Why a picture was not analysed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    /// There are more pictures waiting than may wait.
    #[error("the queue is full")]
    Full,
    /// The pipeline refused it or failed.
    #[error(transparent)]
    Analyse(#[from] AnalyseError),
    /// The pipeline panicked, or the pool is stopping.
    #[error("the worker gave no answer")]
    NoAnswer,
}

/// One picture in the queue.
struct Job {
    picture: Bytes,
    wishes: Wishes,
    answer: oneshot::Sender<Result<Analysis, AnalyseError>>,
    /// Its place in the queue; a call with more pictures than there are places shares them.
    place: Option<OwnedSemaphorePermit>,
    span: tracing::Span,
    /// Ends when a thread takes the picture up.
    wait: tracing::Span,
    queued: Instant,
}

/// The threads and their queue.
pub(crate) struct Pool {
    queue: Sender<Job>,
    places: Arc<Semaphore>,
    capacity: usize,
    threads: Vec<JoinHandle<()>>,
    metrics: PoolMetrics,
}

impl Pool {
    /// Threads that there are.
    pub(crate) fn size(&self) -> NonZeroUsize {
        NonZeroUsize::new(self.threads.len()).unwrap_or(NonZeroUsize::MIN)
    }

    /// A thread for each of `workers`; at most `capacity` pictures wait.
    pub(crate) fn start<W: Work>(workers: Vec<W>, capacity: usize, metrics: PoolMetrics) -> Self {
        metrics.size(workers.len(), capacity);
        let (queue, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = workers.into_iter().enumerate().map(|(index, worker)| {
            let (jobs, metrics) = (Arc::clone(&jobs), metrics.clone());
            std::thread::Builder::new()
                .name(format!("inference-{index}"))
                .spawn(move || serve(worker, &jobs, &metrics))
                .expect("the system starts a few threads")
        });
        let threads = threads.collect();
        let places = Arc::new(Semaphore::new(capacity));
        Self {
            queue,
            places,
            capacity,
            threads,
            metrics,
        }
    }

    /// The analysis of each picture, in order.
    ///
    /// # Errors
    /// [`WorkError::Full`] at once when there are no places for all of them; then no picture was analysed.
    pub(crate) async fn analyse(
        &self,
        pictures: Vec<Bytes>,
        wishes: Wishes,
    ) -> Result<Vec<Result<Analysis, WorkError>>, WorkError> {
        let answers = self.submit(pictures, wishes)?;
        let mut analyses = Vec::with_capacity(answers.len());
        for answer in answers {
            analyses.push(match answer.await {
                Ok(answer) => answer.map_err(WorkError::Analyse),
                Err(_) => Err(WorkError::NoAnswer),
            });
        }
        Ok(analyses)
    }

    /// Puts all pictures in the queue, or none.
    fn submit(
        &self,
        pictures: Vec<Bytes>,
        wishes: Wishes,
    ) -> Result<Vec<oneshot::Receiver<Result<Analysis, AnalyseError>>>, WorkError> {
        let wanted = pictures.len().min(self.capacity) as u32;
        let Ok(mut places) = Arc::clone(&self.places).try_acquire_many_owned(wanted) else {
            self.metrics.refused.inc();
            return Err(WorkError::Full);
        };
        let answers = pictures.into_iter().map(|picture| {
            let (answer, receiver) = oneshot::channel();
            let (place, span) = (places.split(1), tracing::Span::current());
            self.metrics.waiting.inc();
            // Fails when every thread has gone; then the receiver says so.
            let _ = self.queue.send(Job {
                picture,
                wishes,
                answer,
                place,
                wait: tracing::info_span!("queue.wait"),
                span,
                queued: Instant::now(),
            });
            receiver
        });
        Ok(answers.collect())
    }
}

#[async_trait]
impl Readiness for Pool {
    fn name(&self) -> &'static str {
        "networks"
    }

    async fn check(&self) -> Result<(), String> {
        match self
            .threads
            .iter()
            .filter(|thread| thread.is_finished())
            .count()
        {
            0 => Ok(()),
            ended => Err(format!(
                "{ended} of {} workers have ended",
                self.threads.len()
            )),
        }
    }
}

/// Takes up one picture after the other until the pool is dropped.
fn serve<W: Work>(mut worker: W, jobs: &Mutex<Receiver<Job>>, metrics: &PoolMetrics) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        metrics.taken(job.queued.elapsed());
        drop((job.place, job.wait));
        if job.answer.is_closed() {
            metrics.abandoned.inc();
            continue;
        }
        let _span = job.span.entered();
        metrics.busy.inc();
        // A network's state is written anew for each picture, so a panic leaves nothing behind that matters.
        let analysed = catch_unwind(AssertUnwindSafe(|| {
            worker.analyse(&job.picture, job.wishes)
        }));
        metrics.busy.dec();
        metrics.observe(analysed.as_ref().ok());
        let Ok(answer) = analysed else {
            // The answer's sender is dropped, which the caller sees.
            tracing::error!("a worker panicked on a picture");
            continue;
        };
        // Fails when the caller left meanwhile.
        let _ = job.answer.send(answer);
    }
}

#[cfg(test)]
mod tests;

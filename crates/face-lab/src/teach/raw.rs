//! The teachers' templates in a growing file, `NAME.f32`, with what it was made of beside it in `NAME.json`.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use face_packs::Digest;
use serde::{Deserialize, Serialize};

use super::teacher::Teacher;
use super::{BlendSettings, TeachersRecipe};

/// Pictures between two writes.
const BLOCK: usize = 128;

/// What a file of templates was made of; another is never mixed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Origin {
    recipe: TeachersRecipe,
    shards: Vec<(String, Digest)>,
    rows: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blends: Option<BlendSettings>,
}

impl Origin {
    /// Of the templates of `rows` crops; they are the same whatever blends are asked for.
    pub(super) fn of_crops(
        recipe: &TeachersRecipe,
        shards: Vec<(String, Digest)>,
        rows: usize,
    ) -> Self {
        let recipe = TeachersRecipe {
            blends: None,
            ..recipe.clone()
        };
        Self {
            recipe,
            shards,
            rows,
            blends: None,
        }
    }

    /// Of the templates of blends of these crops; more blends may follow later.
    pub(super) fn of_blends(&self, settings: &BlendSettings) -> Self {
        let settings = BlendSettings {
            count: 0,
            ..settings.clone()
        };
        Self {
            blends: Some(settings),
            ..self.clone()
        }
    }
}

/// The digests of the shards that the index in `faces` names, in its order.
pub(super) fn shard_digests(faces: &Path) -> anyhow::Result<Vec<(String, Digest)>> {
    let index = std::fs::read_to_string(faces.join("index.tsv"))?;
    let mut digests: Vec<(String, Digest)> = Vec::new();
    for shard in index
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next())
    {
        if digests.iter().all(|(name, _)| name != shard) {
            let path = faces.join(shard);
            let digest = Digest::of_file(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            digests.push((shard.to_owned(), digest));
        }
    }
    Ok(digests)
}

/// A file of templates, row by row.
#[derive(Debug)]
pub(super) struct RawCache {
    path: PathBuf,
    width: usize,
    /// Rows that are there.
    done: usize,
}

impl RawCache {
    /// Opens the file `name` in `folder`, or begins one, of rows of `width` values.
    pub(super) fn open(
        folder: &Path,
        name: &str,
        origin: &Origin,
        width: usize,
    ) -> anyhow::Result<Self> {
        let note = folder.join(format!("{name}.json"));
        if note.exists() {
            let earlier: Origin = serde_json::from_slice(&std::fs::read(&note)?)?;
            anyhow::ensure!(
                earlier == *origin,
                "{} tells of other teachers or other crops",
                note.display()
            );
        } else {
            std::fs::write(&note, serde_json::to_vec_pretty(origin)?)?;
        }
        let path = folder.join(format!("{name}.f32"));
        let bytes = path.metadata().map_or(0, |metadata| metadata.len());
        let done = (bytes / (4 * width as u64)) as usize;
        Ok(Self { path, width, done })
    }

    /// The first `rows` rows, one after the other.
    pub(super) fn read(&self, rows: usize) -> anyhow::Result<Vec<f32>> {
        let mut bytes = Vec::new();
        let length = (rows * self.width * 4) as u64;
        let mut file = File::open(&self.path)?.take(length);
        file.read_to_end(&mut bytes)?;
        anyhow::ensure!(
            bytes.len() as u64 == length,
            "{} is not complete",
            self.path.display()
        );
        let values = bytes.as_chunks::<4>().0.iter().copied();
        Ok(values.map(f32::from_le_bytes).collect())
    }

    /// Computes the rows up to `rows` that are missing: each the answers of all teachers to `ask`, one after the other.
    pub(super) fn fill<A>(
        &mut self,
        rows: usize,
        workers: &mut [Vec<Teacher>],
        ask: &A,
    ) -> anyhow::Result<()>
    where
        A: Fn(&mut Teacher, usize) -> anyhow::Result<Vec<f32>> + Sync,
    {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .with_context(|| format!("cannot open {}", self.path.display()))?;
        // A row that a stopped run left unfinished.
        file.set_len((self.done * self.width * 4) as u64)?;
        let (first, begin) = (self.done, Instant::now());
        while self.done < rows {
            let block: Vec<usize> = (self.done..rows.min(self.done + BLOCK)).collect();
            let values = templates(&block, workers, ask)?;
            let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            file.write_all(&bytes)?;
            self.done += block.len();
            report(self.done, first, rows, begin);
        }
        Ok(())
    }
}

/// The rows of a block, in its order; each worker takes a part.
fn templates<A>(block: &[usize], workers: &mut [Vec<Teacher>], ask: &A) -> anyhow::Result<Vec<f32>>
where
    A: Fn(&mut Teacher, usize) -> anyhow::Result<Vec<f32>> + Sync,
{
    let part = block.len().div_ceil(workers.len());
    let work = |rows: &[usize], teachers: &mut [Teacher]| {
        let mut values = Vec::new();
        for &row in rows {
            for teacher in &mut *teachers {
                values.extend(ask(teacher, row)?);
            }
        }
        anyhow::Ok(values)
    };
    let parts = std::thread::scope(|scope| {
        let start = |(rows, teachers)| scope.spawn(move || work(rows, teachers));
        let running: Vec<_> = block
            .chunks(part)
            .zip(workers.iter_mut().map(Vec::as_mut_slice))
            .map(start)
            .collect();
        let ended = running.into_iter().map(|thread| {
            let answer = thread.join();
            answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        ended.collect::<anyhow::Result<Vec<_>>>()
    })?;
    Ok(parts.concat())
}

fn report(done: usize, first: usize, rows: usize, begin: Instant) {
    let rate = (done - first) as f64 / begin.elapsed().as_secs_f64();
    let left_min = (rows - done) as f64 / rate / 60.0;
    let line = format!("{done} of {rows} pictures, {rate:.1} a second, {left_min:.0} min left\n");
    // The progress of a background run goes to its log; a closed one is no reason to stop.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

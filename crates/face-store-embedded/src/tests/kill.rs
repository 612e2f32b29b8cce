//! `kill -9` at random moments: what was acknowledged is there, whole; what was not is there whole or not at all.
//!
//! The test starts this test binary again as the writer, reads its acknowledgements from a pipe and kills it. More
//! rounds: `WHOS_THAT_KILL_ROUNDS=500`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use face_store::{Change, ListQuery, NewPerson, Revision, Sample, Store, Timestamp};
use face_types::{ModelId, PersonId, PersonName, SampleId, Template};
use tempfile::TempDir;
use uuid::Uuid;

use crate::EmbeddedStore;

const WRITER: &str = "WHOS_THAT_KILL_WRITER";
const ROUNDS: &str = "WHOS_THAT_KILL_ROUNDS";
const THIS: &str = "tests::kill::what_was_acknowledged_survives_kill_9";

/// What the writer said of a person: the last step begun, and whether it was acknowledged.
type Said = BTreeMap<i64, (char, bool)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    if let Some(path) = std::env::var_os(WRITER) {
        return write_for_ever(Path::new(&path)).await;
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("people.redb");
    let rounds = std::env::var_os(ROUNDS).map_or(20, |n| n.to_str().unwrap().parse().unwrap());
    let mut said = Said::new();
    for _ in 0..rounds {
        write_and_kill(&path, &mut said);
        check(&EmbeddedStore::open(&path).await.unwrap(), &said).await;
    }
    let acknowledged = said.values().filter(|(_, done)| *done).count();
    eprintln!("{rounds} kills, {acknowledged} people acknowledged, none lost");
    assert!(acknowledged > rounds, "the writer got to write");
}

/// Runs a writer for a random time, and notes what it said.
fn write_and_kill(path: &Path, said: &mut Said) {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args([THIS, "--exact", "--nocapture"])
        .env(WRITER, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    // The time begins with the first word, else a slow start would leave nothing to kill.
    let first = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| note(line, said));
    assert!(first.is_some(), "the writer ended by itself");
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            for line in lines.map_while(Result::ok) {
                note(&line, said);
            }
        });
        std::thread::sleep(Duration::from_micros(
            Uuid::new_v4().as_u128() as u64 % 120_000,
        ));
        writer.kill().unwrap();
        writer.wait().unwrap();
        reader.join().unwrap();
    });
}

/// Notes a line such as `begun a 5` or `done a 5`; other lines are the test harness's.
fn note(line: &str, said: &mut Said) -> bool {
    let mut words = line.split(' ');
    let (Some(word @ ("begun" | "done")), Some(step), Some(id)) =
        (words.next(), words.next(), words.next())
    else {
        return false;
    };
    // The kill may have cut the last line short: a number counts only with its full stop.
    if let Some(id) = id.strip_suffix('.') {
        said.insert(
            id.parse().unwrap(),
            (step.chars().next().unwrap(), word == "done"),
        );
    }
    true
}

/// Adds, changes and removes people until killed, saying before and after each step what it is.
async fn write_for_ever(path: &Path) {
    let store = EmbeddedStore::open(path).await.unwrap();
    let last = store
        .list(&ListQuery {
            limit: usize::MAX,
            ..ListQuery::default()
        })
        .await
        .unwrap();
    // Four apart: a person who was removed, or was begun and never came, keeps their number.
    let from = last.last().map_or(0, |person| person.id.get() + 4);
    let say = |word: &str, step: char, id: i64| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{word} {step} {id}.").unwrap();
        out.flush().unwrap();
    };
    for id in from.. {
        say("begun", 'a', id);
        store.create(person(id)).await.unwrap();
        say("done", 'a', id);
        if id % 3 == 1 {
            say("begun", 'b', id);
            store
                .add_samples(person(id).id, vec![sample(id, 2)])
                .await
                .unwrap();
            say("done", 'b', id);
        } else if id % 3 == 2 {
            say("begun", 'c', id);
            store.delete(person(id).id).await.unwrap();
            say("done", 'c', id);
        }
    }
}

/// Holds the store against what was said, and its history against itself.
async fn check(store: &EmbeddedStore, said: &Said) {
    for (&id, &(step, done)) in said {
        let found = store.get(person(id).id).await.unwrap();
        let samples = found.as_ref().map(|found| found.samples.len());
        let (before, after) = match step {
            'a' => (None, Some(2)),
            'b' => (Some(2), Some(3)),
            _ => (Some(2), None),
        };
        assert!(
            samples == after || (!done && samples == before),
            "{id}: {step} {done}, found {samples:?}"
        );
        if let Some(found) = found {
            assert_eq!(found.name, person(id).name);
            let whole = (0..found.samples.len() as i64)
                .map(|place| sample(id, place))
                .collect::<Vec<_>>();
            assert_eq!(found.samples, whole);
        }
    }
    let history = store.changes_since(Revision(0), usize::MAX).await.unwrap();
    assert!(history.is_sorted_by_key(Change::revision));
    let living = history
        .iter()
        .filter(|change| matches!(change, Change::Stored(_)))
        .count();
    assert_eq!(living as u64, store.count(None).await.unwrap());
}

fn person(id: i64) -> NewPerson {
    NewPerson {
        id: PersonId::new(id).unwrap(),
        name: PersonName::new(&format!("Name {id}")).unwrap(),
        surname: PersonName::new("Writer").unwrap(),
        samples: vec![sample(id, 0), sample(id, 1)],
        created_at: Timestamp(id),
    }
}

fn sample(id: i64, place: i64) -> Sample {
    let values = (0..512).map(|n| (id * 7 + place * 3 + n) as f32).collect();
    Sample {
        id: SampleId(Uuid::from_u64_pair(id as u64, place as u64)),
        template: Template::normalise(ModelId::new("sha256:00").unwrap(), values).unwrap(),
        quality: Some(0.5),
        enrolled_at: Timestamp(place),
    }
}

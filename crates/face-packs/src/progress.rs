//! How a transfer is shown to whoever waits for it.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

/// Told how transfers go, one at a time.
pub trait Progress: Send + Sync {
    /// A transfer of `what` begins; `bytes` is its length where it is known.
    fn started(&self, what: &str, bytes: Option<u64>);
    /// The transfer has `bytes` bytes now; fewer than before when it began anew.
    fn reached(&self, bytes: u64);
    /// The transfer is over, well or badly.
    fn finished(&self);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _: &str, _: Option<u64>) {}
    fn reached(&self, _: u64) {}
    fn finished(&self) {}
}

/// A bar on a terminal.
#[derive(Debug)]
pub struct Bar(Mutex<ProgressBar>);

impl Default for Bar {
    fn default() -> Self {
        Self(Mutex::new(ProgressBar::hidden()))
    }
}

impl Bar {
    fn bar(&self) -> std::sync::MutexGuard<'_, ProgressBar> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Progress for Bar {
    fn started(&self, what: &str, bytes: Option<u64>) {
        let template = match bytes {
            Some(_) => "{msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            None => "{msg} {spinner} {elapsed}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is well formed");
        let bar = bytes
            .map_or_else(ProgressBar::new_spinner, ProgressBar::new)
            .with_style(style);
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        *self.bar() = bar;
    }

    fn reached(&self, bytes: u64) {
        self.bar().set_position(bytes);
    }

    fn finished(&self) {
        self.bar().finish();
    }
}

/// Plain lines, ten a transfer at most: for logs and pipes.
pub struct Lines<W>(Mutex<LinesState<W>>);

struct LinesState<W> {
    out: W,
    what: String,
    bytes: Option<u64>,
    tenths: u64,
}

impl<W: Write> Lines<W> {
    /// Lines written to `out`.
    pub const fn new(out: W) -> Self {
        Self(Mutex::new(LinesState {
            out,
            what: String::new(),
            bytes: None,
            tenths: 0,
        }))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, LinesState<W>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<W: Write> LinesState<W> {
    /// A line that cannot be written is no reason to give up the transfer.
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}: {text}", self.what);
    }
}

impl<W: Write + Send> Progress for Lines<W> {
    fn started(&self, what: &str, bytes: Option<u64>) {
        let mut state = self.state();
        (state.what, state.bytes, state.tenths) = (what.to_owned(), bytes, 0);
        let text = bytes.map_or_else(
            || "started".to_owned(),
            |bytes| format!("started, {}", megabytes(bytes)),
        );
        state.line(&text);
    }

    fn reached(&self, bytes: u64) {
        let mut state = self.state();
        let tenths = state.bytes.map_or(0, |total| bytes * 10 / total.max(1));
        if tenths > state.tenths {
            state.line(&format!("{}0 %, {}", tenths, megabytes(bytes)));
        }
        state.tenths = tenths;
    }

    fn finished(&self) {
        self.state().line("ended");
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// What suits standard error: a bar where it is a terminal, else lines.
#[must_use]
pub fn on_standard_error() -> Box<dyn Progress> {
    let out = std::io::stderr();
    if out.is_terminal() {
        Box::new(Bar::default())
    } else {
        Box::new(Lines::new(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_at_every_tenth_and_no_oftener() {
        let lines = Lines::new(Vec::new());
        lines.started("a.onnx", Some(1_000_000));
        (0..=1000).for_each(|thousand| lines.reached(thousand * 1000));
        lines.finished();
        let text = String::from_utf8(lines.0.into_inner().unwrap().out).unwrap();
        assert_eq!(text.lines().count(), 12, "{text}");
        assert!(text.contains("a.onnx: 50 %, 0.5 MB"), "{text}");
    }
}

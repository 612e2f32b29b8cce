//! Axes: from values to places, with round numbers to read them by.

/// An axis of a figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// What is measured, with its unit.
    pub(super) title: String,
    low: f64,
    high: f64,
    is_log: bool,
    /// Values that are marked, with their text.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From `low` to `high` in equal steps.
    pub(super) fn linear(title: &str, low: f64, high: f64) -> Self {
        Self::with_texts(title, low, high, number)
    }

    /// Shares from `low` to `high`, written in hundredths.
    pub(super) fn shares(title: &str, low: f64, high: f64) -> Self {
        Self::with_texts(title, low, high, |value, step| {
            format!("{}%", number(100.0 * value, 100.0 * step))
        })
    }

    /// Shares from `low` (above 0) to `high`, a step for each factor of ten.
    pub(super) fn log_shares(title: &str, low: f64, high: f64) -> Self {
        Self::log(title, low, high, |decade| {
            let digits = (-decade - 2).max(0) as usize;
            format!("{:.digits$}%", 100.0 * 10_f64.powi(decade))
        })
    }

    /// Numbers from `low` (above 0) to `high`, a step for each factor of ten.
    pub(super) fn log_numbers(title: &str, low: f64, high: f64) -> Self {
        Self::log(title, low, high, |decade| {
            let digits = (-decade).max(0) as usize;
            format!("{:.digits$}", 10_f64.powi(decade))
        })
    }

    fn log(title: &str, low: f64, high: f64, text: impl Fn(i32) -> String) -> Self {
        let decades = (low.log10() - 1e-9).ceil() as i32..=(high.log10() + 1e-9).floor() as i32;
        Self {
            title: title.to_owned(),
            low,
            high,
            is_log: true,
            ticks: decades
                .map(|decade| (10_f64.powi(decade), text(decade)))
                .collect(),
        }
    }

    fn with_texts(title: &str, low: f64, high: f64, text: impl Fn(f64, f64) -> String) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let step = step(high - low);
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        Self {
            title: title.to_owned(),
            low,
            high,
            is_log: false,
            ticks: (first..=last)
                .map(|at| at as f64 * step)
                .map(|value| (value, text(value, step)))
                .collect(),
        }
    }

    /// Where `value` lies, 0 (the low end) to 1; values beyond an end lie on it.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = if self.is_log {
            let low = self.low.ln();
            (value.max(self.low).ln() - low) / (self.high.ln() - low)
        } else {
            (value - self.low) / (self.high - self.low)
        };
        place.clamp(0.0, 1.0)
    }

    /// Whether `value` lies between the ends.
    pub(super) fn has(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// A round step that divides `length` into five to eleven.
fn step(length: f64) -> f64 {
    let power = 10_f64.powf((length / 5.0).log10().floor());
    let times = [5.0, 2.0, 1.0];
    let fits = |times: &&f64| length / (power * **times) >= 4.999_999;
    power * times.iter().find(fits).unwrap_or(&1.0)
}

/// `value` with as many decimals as a step needs.
fn number(value: f64, step: f64) -> String {
    let digits = (-(step * 1.000_001).log10().floor()).max(0.0) as usize;
    // Not "-0".
    format!("{:.digits$}", value + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn ticks_are_round() {
        let axis = Axis::shares("", 0.95, 1.0);
        assert_eq!(texts(&axis), ["95%", "96%", "97%", "98%", "99%", "100%"]);
        let axis = Axis::linear("", 0.0, 2.0);
        assert_eq!(
            texts(&axis),
            [
                "0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2", "1.4", "1.6", "1.8", "2.0"
            ]
        );
        let axis = Axis::log_shares("", 1e-5, 1.0);
        assert_eq!(
            texts(&axis),
            ["0.001%", "0.01%", "0.1%", "1%", "10%", "100%"]
        );
        let axis = Axis::log_numbers("", 0.01, 10.0);
        assert_eq!(texts(&axis), ["0.01", "0.1", "1", "10"]);
    }

    #[test]
    fn a_logarithmic_axis_gives_each_factor_of_ten_as_much_room() {
        let axis = Axis::log_shares("", 1e-4, 1.0);
        assert!((axis.place(1e-2) - 0.5).abs() < 1e-12);
        assert!(
            axis.place(0.0) < 1e-12 && axis.place(7.0) > 1.0 - 1e-12,
            "on the ends"
        );
    }

    #[test]
    fn ticks_lie_on_the_axis_and_are_few() {
        for low in [-73.2, -1.0, 0.0, 0.333, 88.8] {
            for length in [0.001, 0.07, 0.5, 1.0, 3.7, 49.0, 1000.0] {
                let axis = Axis::linear("", low, low + length);
                assert!((4..=12).contains(&axis.ticks.len()), "{axis:?}");
                let margin = 1e-6 * length;
                let is_on = |value: f64| value >= low - margin && value <= low + length + margin;
                assert!(
                    axis.ticks.iter().all(|(value, _)| is_on(*value)),
                    "{axis:?}"
                );
            }
        }
    }
}

//! Plain tables for a terminal, which are Markdown too.

use std::io::{self, Write};

use face_metrics::Estimate;

/// A table with a title.
pub(crate) struct Table {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, head: &[&str]) -> Self {
        Self {
            title: title.into(),
            head: head.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells that are missing at its end stay empty.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes the table, if it has rows.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
        let width = |column: usize| {
            let all = self.rows.iter().chain(std::iter::once(&self.head));
            all.map(|row| cell(row, column).chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let line = |out: &mut dyn Write, row: &[String]| {
            let cells = widths
                .iter()
                .enumerate()
                .map(|(column, &width)| format!("{:<width$}", cell(row, column)));
            writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
        };
        writeln!(out, "\n{}\n", self.title)?;
        line(out, &self.head)?;
        let rules = widths.iter().map(|&width| "-".repeat(width));
        line(out, &rules.collect::<Vec<_>>())?;
        self.rows.iter().try_for_each(|row| line(out, row))
    }
}

/// A share in hundredths.
pub(super) fn percent(value: f64) -> String {
    format!("{:.2}%", 100.0 * value)
}

/// A share with its interval.
pub(super) fn interval(estimate: &Estimate) -> String {
    let Estimate {
        value, low, high, ..
    } = estimate;
    format!(
        "{} ({:.2} to {:.2})",
        percent(*value),
        100.0 * low,
        100.0 * high
    )
}

/// A share with its interval and number of trials.
pub(super) fn counted(estimate: &Estimate) -> String {
    format!("{} of {}", interval(estimate), grouped(estimate.of))
}

/// A number with its thousands set apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use face_metrics::Proportion;

    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let mut table = Table::new("Rates", &["set", "rate"]);
        table.row(vec!["a long name".to_owned(), "1".to_owned()]);
        table.row(vec!["b".to_owned()]);
        let mut out = Vec::new();
        table.write(&mut out).unwrap();
        let expected = "\nRates\n\n| set         | rate |\n| ----------- | ---- |\n| a long name | 1    |\n| b           |      |\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn an_empty_table_is_not_written() {
        let mut out = Vec::new();
        Table::new("Nothing", &["a"]).write(&mut out).unwrap();
        assert!(out.is_empty());
    }

    #[test]
    fn a_share_is_said_with_its_interval_and_trials() {
        let share = Proportion::new(990, 1000).wilson();
        assert_eq!(counted(&share), "99.00% (98.17 to 99.46) of 1,000");
        assert_eq!(grouped(29_648_850), "29,648,850");
        assert_eq!(grouped(7), "7");
    }
}

//! The report: all figures and tables in one HTML file that needs nothing from elsewhere.

use std::fmt::Write as _;

use anyhow::Result;

use super::input::Input;
use super::{Figure, paint};
use crate::evaluate;

const STYLE: &str = "\
body{margin:2rem auto;max-width:56rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}figure{margin:2rem 0}svg{max-width:100%;height:auto}\
pre{overflow-x:auto;font:13px/1.45 ui-monospace,monospace;background:#f6f6f6;padding:1rem}\
nav a{margin-right:.8rem}";

/// The report of `figures`, with the tables of every evaluation.
pub(super) fn report(input: &Input, figures: &[Figure]) -> Result<String> {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <title>What was measured</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>What was measured</h1>\n"
    );
    write!(page, "<nav aria-label=\"Figures\">")?;
    for figure in figures {
        let name = escaped(&figure.name);
        write!(page, "<a href=\"#{name}\">{name}</a> ")?;
    }
    writeln!(page, "</nav>")?;
    for figure in figures {
        let (name, title) = (escaped(&figure.name), escaped(&figure.sheet.title));
        let svg = named(
            &paint::svg(&figure.sheet)?,
            &format!("{title}. {}", escaped(&figure.sheet.subtitle)),
        );
        writeln!(page, "<figure id=\"{name}\">\n{svg}\n</figure>")?;
    }
    for report in &input.reports {
        let tables = evaluate::text(report)?;
        let name = escaped(&report.pack.name);
        writeln!(
            page,
            "<h2>Pack {name}</h2>\n<pre tabindex=\"0\">{}</pre>",
            escaped(&tables)
        )?;
    }
    page.push_str("</body>\n</html>\n");
    Ok(page)
}

/// The SVG with a name for those who cannot see it.
fn named(svg: &str, name: &str) -> String {
    svg.replacen(
        "<svg ",
        &format!("<svg role=\"img\" aria-label=\"{name}\" "),
        1,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

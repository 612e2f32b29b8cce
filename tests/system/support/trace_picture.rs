//! A trace as a picture: a row a span, indented under its parent, a bar from its start to its end.

use std::fmt::Write as _;

use super::collector::Span;

const ROW: f64 = 24.0;
const NAMES: f64 = 330.0;
const BARS: f64 = 520.0;
const TOP: f64 = 56.0;
/// A colour each, in the order of their first span.
const COLOURS: [&str; 3] = ["#4063d8", "#389826", "#9558b2"];

/// The SVG of the spans of one trace.
pub(crate) fn svg(spans: &[Span]) -> String {
    let rows = rows(spans);
    let begin = spans.iter().map(|span| span.start).min().expect("spans");
    let end = spans.iter().map(|span| span.end).max().expect("spans");
    let scale = BARS / (end - begin) as f64;
    let mut services: Vec<&str> = Vec::new();
    let mut body = String::new();
    for (index, (depth, span)) in rows.iter().enumerate() {
        if !services.contains(&span.service.as_str()) {
            services.push(&span.service);
        }
        let service = services.iter().position(|it| *it == span.service);
        let colour = COLOURS[service.expect("just put in") % COLOURS.len()];
        let y = TOP + index as f64 * ROW;
        let x = NAMES + (span.start - begin) as f64 * scale;
        let width = ((span.end - span.start) as f64 * scale).max(1.5);
        let text = 16.0 + *depth as f64 * 14.0;
        let milliseconds = (span.end - span.start) as f64 / 1e6;
        let (anchor, label) = if x + width > NAMES + BARS * 0.75 {
            ("end", x - 5.0)
        } else {
            ("start", x + width + 5.0)
        };
        writeln!(
            body,
            "<text x=\"{text:.0}\" y=\"{:.0}\">{}</text>\
             <rect x=\"{x:.1}\" y=\"{:.0}\" width=\"{width:.1}\" height=\"13\" rx=\"2\" fill=\"{colour}\"/>\
             <text x=\"{label:.1}\" y=\"{:.0}\" text-anchor=\"{anchor}\" class=\"ms\">{milliseconds:.1} ms</text>",
            y + 11.0, span.name, y, y + 11.0
        )
        .expect("writing to a String does not fail");
    }
    let legend: String = services.iter().enumerate().fold(String::new(), |legend, (index, service)| {
        let x = 16.0 + index as f64 * 190.0;
        format!(
            "{legend}<rect x=\"{x}\" y=\"20\" width=\"13\" height=\"13\" rx=\"2\" fill=\"{}\"/><text x=\"{}\" y=\"31\">{service}</text>\n",
            COLOURS[index % COLOURS.len()], x + 19.0
        )
    });
    let (width, height) = (NAMES + BARS + 20.0, TOP + rows.len() as f64 * ROW + 12.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>The spans of one find_match</title>\n\
         <style>text{{font:12px sans-serif;fill:#222}}.ms{{fill:#666;font-size:11px}}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{legend}{body}</svg>\n"
    )
}

/// The spans with their depth, each before its children, these in the order of time.
fn rows(spans: &[Span]) -> Vec<(usize, &Span)> {
    let is_root = |span: &&Span| spans.iter().all(|other| other.id != span.parent);
    let mut roots: Vec<&Span> = spans.iter().filter(is_root).collect();
    roots.sort_by_key(|span| span.start);
    let mut rows = Vec::new();
    for root in roots {
        add(root, 0, spans, &mut rows);
    }
    rows
}

fn add<'a>(span: &'a Span, depth: usize, spans: &'a [Span], rows: &mut Vec<(usize, &'a Span)>) {
    rows.push((depth, span));
    let mut children: Vec<&Span> = spans.iter().filter(|it| it.parent == span.id).collect();
    children.sort_by_key(|child| child.start);
    for child in children {
        add(child, depth + 1, spans, rows);
    }
}

//! The page that shows a set: counts, a histogram, and sheets of pictures beside it.

use std::path::Path;

use anyhow::Context as _;
use face_vision::RgbImage;

use super::bars;
use super::survey::Survey;

/// Name of the page in its folder.
pub(super) const PAGE_FILE: &str = "index.html";

/// A page before it is written.
pub(super) struct Page {
    survey: Survey,
    sheets: Vec<Sheet>,
}

struct Sheet {
    /// Name of the PNG file without its ending.
    name: &'static str,
    caption: String,
    picture: RgbImage,
}

impl Page {
    pub(super) const fn new(survey: Survey) -> Self {
        Self {
            survey,
            sheets: Vec::new(),
        }
    }

    /// Adds a sheet of pictures, if there is one.
    pub(super) fn add(&mut self, name: &'static str, caption: &str, picture: Option<RgbImage>) {
        if let Some(picture) = picture {
            let caption = caption.to_owned();
            self.sheets.push(Sheet {
                name,
                caption,
                picture,
            });
        }
    }

    /// Writes the page and its pictures into `folder`.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        for sheet in &self.sheets {
            let path = folder.join(format!("{}.png", sheet.name));
            sheet
                .picture
                .save(&path)
                .with_context(|| path.display().to_string())?;
        }
        let (_, bars) = self.survey.bars();
        bars::draw(&bars)?.save(folder.join(HISTOGRAM))?;
        Ok(std::fs::write(folder.join(PAGE_FILE), self.html())?)
    }

    fn html(&self) -> String {
        let name = escaped(&self.survey.name);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{name}</title>\n\
             <style>{STYLE}</style>\n<h1>{name}</h1>\n<pre>{}</pre>\n{}",
            escaped(&self.survey.to_string()),
            self.histogram(),
        );
        for sheet in &self.sheets {
            let caption = escaped(&sheet.caption);
            html += &figure(&format!("{}.png", sheet.name), &caption);
        }
        html
    }

    /// The picture of the bars, and the same as a table with their names.
    fn histogram(&self) -> String {
        let (title, bars) = self.survey.bars();
        let most = bars
            .iter()
            .map(|(_, count)| *count)
            .max()
            .unwrap_or(0)
            .max(1);
        let rows = bars.iter().map(|(bar, count)| {
            let bar = escaped(bar);
            format!(
                "<tr><th>{bar}<td><meter max=\"{most}\" value=\"{count}\"></meter><td>{count}\n"
            )
        });
        let rows: String = rows.collect();
        format!("{}<table>\n{rows}</table>\n", figure(HISTOGRAM, title))
    }
}

fn figure(file: &str, caption: &str) -> String {
    format!(
        "<figure><img src=\"{file}\" alt=\"{caption}\"><figcaption>{caption}</figcaption></figure>\n"
    )
}

const HISTOGRAM: &str = "labels.png";

const STYLE: &str =
    "body{font:16px system-ui;margin:2rem;max-width:60rem}figure{margin:2rem 0}img{max-width:100%}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

//! A real browser: headless Chromium behind `ChromeDriver`, with a camera that plays pictures made for the test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use thirtyfour::common::capabilities::chrome::ChromeCapabilities;
use thirtyfour::prelude::*;

use super::needs;

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A window of Chromium; dropped, browser and driver end.
pub(crate) struct Browser {
    driver: WebDriver,
    process: Child,
    profile: TempDir,
}

/// Widths at which pages are looked at: a phone and a desktop.
const SIZES: [(&str, u32, u32); 2] = [("phone", 390, 844), ("desktop", 1280, 860)];

/// What the window is taller than the page in it.
const CHROME_HEIGHT: u32 = 144;

impl Browser {
    /// Opens a window whose camera plays `film`, JPEG files one after the other, over and over.
    pub(crate) async fn open(film: &[u8]) -> Option<Self> {
        Self::open_with(film, &[]).await
    }

    /// The same with further arguments of Chromium's; without a film there is no camera.
    pub(crate) async fn open_with(film: &[u8], arguments: &[&str]) -> Option<Self> {
        let driver_program =
            needs::tool("chromedriver").or_else(|| needs::missing("chromedriver and Chromium"))?;
        let chromium = needs::tool("chromium").or_else(|| needs::tool("google-chrome"));
        let chromium = chromium.or_else(|| needs::missing("Chromium"))?;
        let profile = TempDir::new().expect("a temporary folder");
        let camera = profile.path().join("camera.mjpeg");
        std::fs::write(&camera, film).expect("the camera's pictures are written");
        let mut capabilities = capabilities(&chromium, profile.path());
        let playing = format!("--use-file-for-fake-video-capture={}", camera.display());
        let device = "--use-fake-device-for-media-stream";
        let camera = [device, &playing];
        let camera = camera.into_iter().filter(|_| !film.is_empty());
        for argument in camera.chain(arguments.iter().copied()) {
            capabilities.add_arg(argument).expect("text");
        }
        let (process, url) = start(&driver_program);
        let driver = WebDriver::new(url, capabilities)
            .await
            .expect("a browser window");
        let browser = Self {
            driver,
            process,
            profile,
        };
        browser.resize(SIZES[1].1, SIZES[1].2).await;
        Some(browser)
    }

    /// Opens a page.
    pub(crate) async fn goto(&self, url: &str) {
        self.driver.goto(url).await.expect("the page opens");
    }

    /// The address that is shown.
    pub(crate) async fn path(&self) -> String {
        self.driver
            .current_url()
            .await
            .expect("an address")
            .path()
            .to_owned()
    }

    /// Waits until the page at `path` is shown.
    pub(crate) async fn arrives(&self, path: &str) {
        let mut shown = String::new();
        for _ in 0..PATIENCE.as_millis() / 100 {
            shown = self.path().await;
            if shown == path {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path} was not reached, {shown} is shown");
    }

    /// The element with this id, once it is displayed and can be used.
    pub(crate) async fn find(&self, id: &str) -> WebElement {
        let query = self
            .driver
            .query(By::Id(id))
            .wait(PATIENCE, Duration::from_millis(100))
            .and_displayed()
            .and_enabled();
        match query.first().await {
            Ok(element) => element,
            Err(error) => panic!("#{id} is not shown: {error}\n{}", self.text().await),
        }
    }

    /// Whether the page has an element with this id, as it is now.
    pub(crate) async fn has(&self, id: &str) -> bool {
        !self
            .driver
            .find_all(By::Id(id))
            .await
            .expect("the page is asked")
            .is_empty()
    }

    /// Clicks.
    pub(crate) async fn click(&self, id: &str) {
        let element = self.find(id).await;
        element
            .scroll_into_view()
            .await
            .expect("it can be scrolled to");
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("#{id} cannot be clicked: {error}"));
    }

    /// Replaces what is in a field.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let field = self.find(id).await;
        field.clear().await.expect("the field is cleared");
        field.send_keys(text).await.expect("the field takes text");
    }

    /// Chooses a file for a file input.
    pub(crate) async fn choose(&self, id: &str, name: &str, bytes: &[u8]) {
        let file = self.profile.path().join(name);
        std::fs::write(&file, bytes).expect("the file is written");
        let input = self.driver.find(By::Id(id)).await.expect("a file input");
        input
            .send_keys(file.to_string_lossy())
            .await
            .expect("the input takes a file");
    }

    /// Waits until the element with this id says `words`.
    pub(crate) async fn says(&self, id: &str, words: &str) {
        let mut text = String::new();
        for _ in 0..PATIENCE.as_millis() / 100 {
            // The element may be replaced while the page changes.
            if let Ok(element) = self.driver.find(By::Id(id)).await {
                text = element.text().await.unwrap_or_default();
                if text.contains(words) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!(
            "#{id} does not say {words:?} but {text:?}\n{}",
            self.text().await
        );
    }

    /// The page's text, for a failure's message.
    pub(crate) async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        }
    }

    /// Keeps pictures of the page, phone and desktop, in `target/screenshots`.
    pub(crate) async fn screenshot(&self, name: &str) {
        let folder = needs::workspace().join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder for screenshots");
        for (size, width, height) in SIZES {
            self.resize(width, height).await;
            let whole = self
                .number("window.scrollTo(0, 0); return document.documentElement.scrollHeight")
                .await;
            self.resize(width, whole.clamp(height, 2000) + CHROME_HEIGHT)
                .await;
            let png = self.driver.screenshot_as_png().await.expect("a screenshot");
            std::fs::write(folder.join(format!("{name}-{size}.png")), png)
                .expect("the screenshot is written");
        }
        self.resize(SIZES[1].1, SIZES[1].2).await;
    }

    /// What a script returns.
    async fn number(&self, script: &str) -> u32 {
        let answer = self
            .driver
            .execute(script, Vec::new())
            .await
            .expect("the script runs");
        answer
            .json()
            .as_u64()
            .and_then(|number| number.try_into().ok())
            .expect("a whole number")
    }

    /// What a script returns, as text.
    pub(crate) async fn evaluate(&self, script: &str) -> String {
        let answer = self.driver.execute(script, Vec::new()).await;
        let answer = answer.expect("the script runs");
        answer.json().as_str().map(str::to_owned).expect("a text")
    }

    /// Whether the page is no wider than the window at `width`, down to the smallest phone.
    pub(crate) async fn fits(&self, width: u32) -> bool {
        self.resize(width, 800).await;
        let script = "return document.documentElement.scrollWidth <= window.innerWidth";
        let answer = self
            .driver
            .execute(script, Vec::new())
            .await
            .expect("the script runs");
        self.resize(SIZES[1].1, SIZES[1].2).await;
        answer.json().as_bool().expect("a truth value")
    }

    async fn resize(&self, width: u32, height: u32) {
        self.driver
            .set_window_rect(0, 0, width, height)
            .await
            .expect("the window has a size");
    }

    /// Ends the browser in order.
    pub(crate) async fn close(self) {
        self.driver.clone().quit().await.expect("the browser ends");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked rather than killed: the driver then ends its browser too, also after a failed test.
        let pid = self.process.id().to_string();
        drop(Command::new("kill").args(["-TERM", &pid]).status());
        drop(self.process.wait());
        // A driver that is asked while a page loads leaves its browser behind; the profile's folder tells which it is.
        let profile = self.profile.path().as_os_str();
        drop(
            Command::new("pkill")
                .args(["-KILL", "-f", "--"])
                .arg(profile)
                .status(),
        );
    }
}

/// Times that the driver may end before it has a port: it takes a free one of IPv4 and ends when another program has the same one of
/// IPv6, as a second driver that starts in the same moment may.
const STARTS: usize = 5;

/// Starts the driver on a free port; it prints which.
fn start(program: &Path) -> (Child, String) {
    let started = (0..STARTS).find_map(|_| try_start(program));
    started.expect("the driver names its port")
}

fn try_start(program: &Path) -> Option<(Child, String)> {
    let mut command = Command::new(program);
    let mut process = command
        .arg("--port=0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the driver starts");
    let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
    let port = lines.by_ref().find_map(|line| {
        let line = line.expect("text");
        let (_, port) = line.split_once("started successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    });
    let Some(port) = port else {
        // It has said why on the way out.
        drop(process.wait());
        return None;
    };
    std::thread::spawn(move || lines.for_each(drop));
    Some((process, format!("http://127.0.0.1:{port}")))
}

fn capabilities(chromium: &Path, profile: &Path) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities
        .set_binary(&chromium.to_string_lossy())
        .expect("text");
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--use-fake-ui-for-media-stream",
    ] {
        capabilities.add_arg(argument).expect("text");
    }
    capabilities
        .add_arg(&format!(
            "--user-data-dir={}",
            profile.join("profile").display()
        ))
        .expect("text");
    capabilities
}

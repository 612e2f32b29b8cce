//! A browser of a few lines, the real pages, and a registration service that knows two people.

mod registration;

use std::sync::Arc;

use clap::Parser;
use face_ui::{UiSettings, UiStartError};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use service_kit::{Running, ServiceSettings};

pub(crate) use registration::Registration;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    service: ServiceSettings,
    #[command(flatten)]
    ui: UiSettings,
}

/// Starts the pages with these arguments on a free port.
pub(crate) fn try_start(arguments: &[&str]) -> Result<Running, UiStartError> {
    let cli = Cli::parse_from([&["test", "--ui-port", "0"], arguments].concat());
    face_ui::start(&cli.service, &cli.ui)
}

/// The pages, and a browser that keeps its cookies.
pub(crate) struct TestUi {
    url: String,
    client: Client,
    jar: Arc<Jar>,
    // Stops with the runtime of the test.
    _running: Option<Running>,
}

/// What the browser shows in the end, redirects followed.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// The token of the page's forms.
    pub(crate) fn token(&self) -> String {
        let after = self.body.split("name=\"csrf-token\" content=\"").nth(1);
        let token = after.and_then(|text| text.split('"').next());
        token.expect("each page has a token").to_owned()
    }
}

impl TestUi {
    /// The pages before the registration service at `registration_url`.
    pub(crate) fn start(registration_url: &str) -> Self {
        let running = try_start(&["--registration-url", registration_url]).unwrap();
        Self::browser(running.url(), None, Some(running))
    }

    fn browser(url: String, cookie: Option<&str>, running: Option<Running>) -> Self {
        let jar = Arc::new(Jar::default());
        if let Some(cookie) = cookie {
            jar.add_cookie_str(cookie, &url.parse::<Url>().unwrap());
        }
        // The pages' own client has installed the provider of TLS that reqwest asks for.
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .tls_certs_only([])
            .no_proxy()
            .build()
            .unwrap();
        Self {
            url,
            client,
            jar,
            _running: running,
        }
    }

    /// A second browser at the same pages, with a cookie or without.
    pub(crate) fn another_browser(&self, cookie: Option<&str>) -> Self {
        Self::browser(self.url.clone(), cookie, None)
    }

    /// The browser's cookie as the server set it.
    pub(crate) fn cookie(&self) -> String {
        let cookies = self.jar.cookies(&self.url.parse().unwrap());
        cookies.unwrap().to_str().unwrap().to_owned()
    }

    /// The header that sets the cookie of a new visitor.
    pub(crate) async fn first_set_cookie(&self) -> String {
        let page = self.another_browser(None).get("/").await;
        page.headers["set-cookie"].to_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        let request = self.client.get(format!("{}{path}", self.url));
        page(request.send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Page {
        let form = [&[("csrf", token)], fields].concat();
        let request = self.client.post(format!("{}{path}", self.url)).form(&form);
        page(request.send().await.unwrap()).await
    }

    /// Sends files (input and bytes, named `0.jpg`, `1.jpg`, …) as a browser's form does.
    pub(crate) async fn upload(
        &self,
        path: &str,
        token: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Page {
        let form = form(token, fields, files);
        let request = self.client.post(format!("{}{path}", self.url));
        page(request.multipart(form).send().await.unwrap()).await
    }

    /// A face login as the script does it: the token in the header, JSON in return.
    pub(crate) async fn face_as_script(&self, token: &str, picture: &[u8]) -> serde_json::Value {
        let file = Part::bytes(picture.to_vec()).file_name("picture.jpg");
        let request = self
            .client
            .post(format!("{}/face-login", self.url))
            .header("accept", "application/json")
            .header("x-csrf-token", HeaderValue::from_str(token).unwrap())
            .multipart(Form::new().part("picture", file));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A challenge, as the script asks for one.
    pub(crate) async fn challenge(&self, token: &str) -> (StatusCode, serde_json::Value) {
        let request = self
            .client
            .post(format!("{}/face-login/challenge", self.url));
        Self::json(request, token).await
    }

    /// The answer to challenge `id` with ten frames, as the script sends it.
    pub(crate) async fn answer(
        &self,
        token: &str,
        id: &str,
        frame: &[u8],
    ) -> (StatusCode, serde_json::Value) {
        let mut form = Form::new().text("challenge", id.to_owned());
        for number in 0..10 {
            let file = Part::bytes(frame.to_vec()).file_name(format!("frame-{number}.jpg"));
            form = form.part("frames", file);
        }
        let request = self.client.post(format!("{}/face-login", self.url));
        Self::json(request.multipart(form), token).await
    }

    async fn json(request: RequestBuilder, token: &str) -> (StatusCode, serde_json::Value) {
        let request = request
            .header("accept", "application/json")
            .header("x-csrf-token", HeaderValue::from_str(token).unwrap());
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// Opens the start page and sends its form.
    pub(crate) async fn sign_in(&self, id: &str, password: &str) -> Page {
        let token = self.get("/").await.token();
        self.post("/sign-in", &token, &[("id", id), ("password", password)])
            .await
    }
}

fn form(token: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Form {
    let mut form = Form::new().text("csrf", token.to_owned());
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    for (number, (name, bytes)) in files.iter().enumerate() {
        let part = Part::bytes(bytes.to_vec()).file_name(format!("{number}.jpg"));
        form = form.part((*name).to_owned(), part);
    }
    form
}

async fn page(response: Response) -> Page {
    Page {
        status: response.status(),
        path: response.url().path().to_owned(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}

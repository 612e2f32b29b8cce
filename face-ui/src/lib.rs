//! `face-ui`: the pages for people, drawn on the server and spoken over HTTP to the registration service.
//!
//! One page is one file under `pages` and one under `templates`; `routes` is the whole table. Links and forms do all the
//! work; the scripts under `static` add the camera and nothing that a form cannot do. Deliberately absent: people,
//! pictures and templates between two calls (only sessions live here), any decision about faces, any other host.
//!
//! The ids of inputs, buttons and live regions are a contract with the browser tests; `templates/base.html` lists them.

mod admin_login;
mod assets;
mod clock;
mod error;
mod error_pages;
mod headers;
mod pages;
mod routes;
mod sessions;
mod settings;
mod startup;
mod ui;
mod upload;
mod visitor;

pub use admin_login::{PasswordError, hash_password};
pub use settings::UiSettings;
pub use startup::{UiStartError, start};

//! Who is asking: the session, the account in it, and the token that proves that a form is ours.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

use actix_session::{Session, SessionExt as _};
use actix_web::http::Uri;
use actix_web::http::header::ACCEPT;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::clock::now_ms;
use crate::error::PageError;
use crate::sessions::{Account, Role};
use crate::ui::Ui;

/// Keys in the session.
const ACCOUNT: &str = "account";
const NOTICE: &str = "notice";
const TOKEN: &str = "token";
const WANTED: &str = "wanted";

/// Header in which scripts send the token.
pub(crate) const TOKEN_HEADER: &str = "x-csrf-token";
/// Longest path that a sign-in leads back to: the session has to fit in a cookie.
const LONGEST_WANTED: usize = 512;

/// What the next page tells at its top, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// It went well.
    pub(crate) is_success: bool,
    /// What happened.
    pub(crate) text: String,
    /// What else there is to know, one line each.
    pub(crate) items: Vec<String>,
}

impl Notice {
    /// It went well.
    pub(crate) fn success(text: impl Into<String>) -> Self {
        Self {
            is_success: true,
            text: text.into(),
            items: Vec::new(),
        }
    }

    /// It did not.
    pub(crate) fn failure(text: impl Into<String>) -> Self {
        Self {
            is_success: false,
            ..Self::success(text)
        }
    }
}

/// What `base.html` shows around every page.
#[derive(Debug, Clone)]
pub(crate) struct Chrome {
    /// Path of styles and scripts.
    pub(crate) assets: String,
    /// The token of this page's forms.
    pub(crate) token: String,
    /// Who has signed in.
    pub(crate) account: Option<Account>,
    /// What the last call has to tell.
    pub(crate) notice: Option<Notice>,
}

impl Chrome {
    /// An administrator has signed in.
    pub(crate) fn is_admin(&self) -> bool {
        self.account.as_ref().is_some_and(|a| a.role == Role::Admin)
    }
}

#[cfg(test)]
impl Chrome {
    /// Nobody has signed in.
    pub(crate) fn sample() -> Self {
        Self {
            assets: "/static/0123456789ab".to_owned(),
            token: "t0ken".to_owned(),
            account: None,
            notice: None,
        }
    }

    /// An administrator has.
    pub(crate) fn sample_admin() -> Self {
        Self {
            account: Some(Account::new(Role::Admin, "admin", 0)),
            ..Self::sample()
        }
    }
}

/// Who is asking.
pub(crate) struct Visitor {
    session: Session,
    header_token: Option<String>,
    /// The shared state.
    pub(crate) ui: web::Data<Ui>,
    /// Who has signed in, as long as the session lasts.
    pub(crate) account: Option<Account>,
    /// Where from.
    pub(crate) address: IpAddr,
    /// A script asks, and reads JSON.
    pub(crate) wants_json: bool,
}

impl Visitor {
    /// Who sent `request`.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let ui = request
            .app_data::<web::Data<Ui>>()
            .expect("startup adds the state")
            .clone();
        let session = request.get_session();
        let account = read::<Account>(&session, ACCOUNT)
            .filter(|account| ui.sessions.is_current(account, now_ms()));
        let header = |name: &str| request.headers().get(name)?.to_str().ok();
        Self {
            header_token: header(TOKEN_HEADER).map(str::to_owned),
            address: address(request, ui.is_behind_proxy),
            wants_json: header(ACCEPT.as_str()).is_some_and(|a| a.starts_with("application/json")),
            session,
            ui,
            account,
        }
    }

    /// What to show around a page; a notice is told once.
    pub(crate) fn chrome(&self) -> Chrome {
        let notice = read(&self.session, NOTICE);
        if notice.is_some() {
            self.session.remove(NOTICE);
        }
        Chrome {
            assets: self.ui.assets.clone(),
            token: self.token(),
            account: self.account.clone(),
            notice,
        }
    }

    /// `Ok` for an administrator.
    ///
    /// # Errors
    /// [`PageError::SignInNeeded`] or [`PageError::Forbidden`].
    pub(crate) fn require_admin(&self) -> Result<(), PageError> {
        match &self.account {
            None => Err(PageError::SignInNeeded),
            Some(account) if account.role == Role::Admin => Ok(()),
            Some(_) => Err(PageError::Forbidden),
        }
    }

    /// `Ok` when the form's token, or without one the header's, is this session's; compared in constant time.
    ///
    /// # Errors
    /// [`PageError::Token`].
    pub(crate) fn require_token(&self, form_token: Option<&str>) -> Result<(), PageError> {
        let shown = form_token.or(self.header_token.as_deref()).unwrap_or("");
        let ours = read::<String>(&self.session, TOKEN).ok_or(PageError::Token)?;
        if bool::from(shown.as_bytes().ct_eq(ours.as_bytes())) {
            Ok(())
        } else {
            Err(PageError::Token)
        }
    }

    /// Starts a new session for `account` and returns the page that was wanted before, if any.
    pub(crate) fn sign_in(&self, account: &Account) -> Option<String> {
        let wanted = read(&self.session, WANTED);
        if let Some(old) = &self.account {
            self.ui.sessions.end(old, now_ms());
        }
        self.session.clear();
        self.session.renew();
        self.write(ACCOUNT, account);
        wanted
    }

    /// Ends the session.
    pub(crate) fn sign_out(&self) {
        if let Some(account) = &self.account {
            self.ui.sessions.end(account, now_ms());
        }
        self.session.purge();
    }

    /// Tells `notice` on the next page.
    pub(crate) fn notify(&self, notice: &Notice) {
        self.write(NOTICE, notice);
    }

    /// Keeps the page that was asked for, until a sign-in.
    pub(crate) fn remember_wanted(&self, uri: &Uri) {
        let path = uri.path_and_query().map_or("/", |p| p.as_str());
        // `//host` would lead away from here.
        if path.len() <= LONGEST_WANTED && !path.starts_with("//") {
            self.write(WANTED, &path);
        }
    }

    /// This session's token, made when it is first needed: 244 random bits.
    fn token(&self) -> String {
        read(&self.session, TOKEN).unwrap_or_else(|| {
            let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
            self.write(TOKEN, &token);
            token
        })
    }

    fn write(&self, key: &str, value: &impl Serialize) {
        self.session
            .insert(key, value)
            .expect("texts, numbers and lists of them are always JSON");
    }
}

impl FromRequest for Visitor {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// A visitor who may administer; anyone else is refused before the handler runs.
pub(crate) struct Admin(pub(crate) Visitor);

impl FromRequest for Admin {
    type Error = PageError;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = Visitor::of(request);
        ready(visitor.require_admin().map(|()| Self(visitor)))
    }
}

/// A value of the session; one that an older version wrote in another form is as good as none.
fn read<T: DeserializeOwned>(session: &Session, key: &str) -> Option<T> {
    session.get(key).ok().flatten()
}

/// Where the request comes from. Only the last entry of `X-Forwarded-For` is our own proxy's word.
fn address(request: &HttpRequest, is_behind_proxy: bool) -> IpAddr {
    let forwarded = || {
        let entries = request.headers().get("x-forwarded-for")?.to_str().ok()?;
        entries.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = || request.peer_addr().map(|peer| peer.ip());
    let told = is_behind_proxy.then(forwarded).flatten();
    told.or_else(peer)
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_header_is_not_believed(false, "192.0.2.1", "198.51.100.9")]
    #[case::the_last_entry_is_the_proxys(true, "203.0.113.5, 192.0.2.1", "192.0.2.1")]
    #[case::nonsense_is_ignored(true, "unknown", "198.51.100.9")]
    fn the_address_is_the_peers_or_the_proxys_word(
        #[case] is_behind_proxy: bool,
        #[case] header: &str,
        #[case] expected: &str,
    ) {
        let request = TestRequest::get()
            .peer_addr("198.51.100.9:4000".parse().unwrap())
            .insert_header(("x-forwarded-for", header))
            .to_http_request();
        assert_eq!(
            address(&request, is_behind_proxy),
            expected.parse::<IpAddr>().unwrap()
        );
    }
}

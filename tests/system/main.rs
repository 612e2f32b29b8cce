//! Black-box tests: the real program, a real browser, a real server speaking MongoDB's protocol; HTTP only.
//!
//! One binary of many modules. What a test needs and does not find (a pack of networks, photographs, Chromium, a
//! MongoDB server) is named loudly and the test passes, unless `WHOS_THAT_REQUIRE_ALL=1`, when it fails: see `support::needs`.

mod support;

mod browser;
mod conformance;
mod faults;
mod metrics;
mod photographs;
mod program;
mod rolling;
mod seed_contract;
mod settings;
mod traces;

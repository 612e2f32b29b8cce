//! The running service, over HTTP, with the reference networks and real photographs.

mod errors;
mod heads;
mod overload;
mod photographs;
mod support;

//! What operators deploy, checked without a container engine or a cluster: the Dockerfile, the compose files, the chart, alert
//! rules and dashboard, and the programs started as their containers would start them.
//!
//! What a check needs and does not find (Helm, promtool, Docker Compose, namespaces…) is named loudly and the test passes,
//! unless `WHOS_THAT_REQUIRE_ALL=1`; `.ci/run` installs all of it.

mod support;

mod chart;
mod compose;
mod containers;
mod dockerfile;
mod monitoring;
mod network;
mod pods;

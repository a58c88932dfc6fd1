//! The faults, one scenario each.

mod app;
mod clients;
mod clock;
mod cluster;
mod disk;
mod lock;
mod network;
mod postgres;
mod redis;
mod worker;

use crate::stage::Stage;
use futures::future::{BoxFuture, FutureExt};

/// How a scenario ended that did not fail.
pub(crate) enum Outcome {
    /// With what was seen, in figures.
    Passed(String),
    /// It can't be run on this machine; with the reason.
    Skipped(String),
}

/// A scenario that runs on a stage.
pub(crate) type Run = for<'a> fn(&'a Stage) -> BoxFuture<'a, anyhow::Result<Outcome>>;

/// All scenarios, by name, in the order they are run.
pub(crate) const ALL: [(&str, Run); 14] = [
    ("app-killed", |stage| app::killed(stage).boxed()),
    ("app-killed-beside-another", |stage| app::killed_beside_another(stage).boxed()),
    ("worker-killed", |stage| worker::killed(stage).boxed()),
    ("postgres-killed", |stage| postgres::killed(stage).boxed()),
    ("redis-killed", |stage| redis::killed(stage).boxed()),
    ("redis-flushed", |stage| redis::flushed(stage).boxed()),
    ("redis-paused", |stage| redis::paused(stage).boxed()),
    ("redis-slow", |stage| redis::slow(stage).boxed()),
    ("commits-cut", |stage| network::commits_cut(stage).boxed()),
    ("connections-reset", |stage| network::connections_reset(stage).boxed()),
    ("clients-gone", |stage| clients::gone(stage).boxed()),
    ("clocks-apart", |stage| clock::apart(stage).boxed()),
    ("event-locked", |stage| lock::event_locked(stage).boxed()),
    ("disk-full", |stage| disk::full(stage).boxed()),
];

/// What happens to a cluster (`scripts/cluster`), likewise.
pub(crate) const CLUSTER: [(&str, Run); 5] = [
    ("cluster-replica-killed", |stage| cluster::replica_killed(stage).boxed()),
    ("cluster-replica-behind", |stage| cluster::replica_behind(stage).boxed()),
    ("cluster-redis-killed", |stage| cluster::redis_killed(stage).boxed()),
    ("cluster-web-killed", |stage| cluster::web_killed(stage).boxed()),
    ("cluster-rolling-restart", |stage| cluster::rolling_restart(stage).boxed()),
];

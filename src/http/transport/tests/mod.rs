//! Black box: a small schema of its own behind the real routes.

#[expect(
    clippy::duplicate_mod,
    reason = "unit tests of several layers share it"
)]
#[path = "../../../../tests/fixtures/cpu_time.rs"]
mod cpu_time;
mod documents;
mod execution;
mod forms;
mod media;
mod methods;
mod old_clients;
mod persisted;
mod placing;
#[expect(
    clippy::unused_async,
    reason = "async-graphql wants resolvers to be async"
)]
mod support;
mod uploads;

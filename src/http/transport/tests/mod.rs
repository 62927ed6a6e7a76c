//! Black box: a small schema of its own behind the real routes.

mod documents;
mod execution;
mod forms;
mod media;
mod methods;
mod old_clients;
mod persisted;
mod support;
mod uploads;

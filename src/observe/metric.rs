//! Counters, gauges and histograms that know their name and their labels.

use std::time::Duration;

use metrics::{Label, SharedString};

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Goes up.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Durations in seconds, by these upper bounds.
    Histogram(&'static [f64]),
}

/// A label and its values; none where they are not known to the table: routes, fields of the schema, codes.
#[derive(Debug, Clone, Copy)]
pub struct Dimension {
    /// Name.
    pub name: &'static str,
    /// Every value that it can have, if that is known.
    pub values: &'static [&'static str],
}

/// A metric as it is described to people and to collectors.
#[derive(Debug, Clone, Copy)]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Its labels.
    pub labels: &'static [Dimension],
    /// What it tells.
    pub help: &'static str,
}

impl Described {
    /// Of the process, by the names that all programs have: measured when it is read, and counted by nobody.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.name.starts_with("process_")
    }

    /// Begins every series of a counter at 0, where the values of all labels are known: what never happened is then 0 and
    /// not missing, so that alerts see its first time.
    pub(super) fn begin(&self) {
        let mut series: Vec<Vec<Label>> = vec![Vec::new()];
        for label in self.labels {
            let longer = |labels: &Vec<Label>, value: &'static str| {
                let mut labels = labels.clone();
                labels.push(Label::from_static_parts(label.name, value));
                labels
            };
            let each = series
                .iter()
                .flat_map(|labels| label.values.iter().map(|value| longer(labels, value)));
            series = each.collect();
        }
        for labels in series {
            metrics::counter!(self.name, labels).increment(0);
        }
    }
}

/// The labels of one series. A value that the table does not know is a mistake of the caller's.
fn labels<const N: usize, V: Into<SharedString>>(
    metric: &'static Described,
    values: [V; N],
) -> Vec<Label> {
    let label = |(label, value): (&'static Dimension, V)| {
        let value = value.into();
        let known = label.values.is_empty() || label.values.contains(&value.as_ref());
        debug_assert!(known, "{}: {} is no {}", metric.name, value, label.name);
        Label::new(label.name, value)
    };
    metric.labels.iter().zip(values).map(label).collect()
}

macro_rules! metric {
    ($(#[$doc:meta])* $name:ident, $macro:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<const N: usize>(&'static Described);

        impl<const N: usize> $name<N> {
            pub(super) const fn new(described: &'static Described) -> Self {
                assert!(described.labels.len() == N);
                Self(described)
            }

            /// The series with these values of its labels.
            pub fn with<V: Into<SharedString>>(&self, values: [V; N]) -> metrics::$name {
                metrics::$macro!(self.0.name, labels(self.0, values))
            }

            /// What it is.
            #[must_use]
            pub const fn described(&self) -> &'static Described {
                self.0
            }
        }

        impl $name<0> {
            /// The one series of a metric without labels.
            pub fn plain(&self) -> metrics::$name {
                metrics::$macro!(self.0.name)
            }
        }
    };
}

metric! {
    /// Goes up.
    Counter, counter
}
metric! {
    /// Goes up and down.
    Gauge, gauge
}
metric! {
    /// Durations.
    Histogram, histogram
}

impl Gauge<0> {
    /// Adds to it until what is answered is dropped.
    pub fn hold(&self, amount: u32) -> Held {
        let gauge = self.plain();
        gauge.increment(amount);
        Held { gauge, amount }
    }
}

/// A part of a gauge that is taken back when this is dropped, however that comes.
#[must_use]
pub struct Held {
    gauge: metrics::Gauge,
    amount: u32,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.gauge.decrement(self.amount);
    }
}

/// A number as a gauge takes it.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "what is counted here is far from 2^52"
)]
pub const fn number(count: i64) -> f64 {
    count as f64
}

/// A duration in seconds.
#[must_use]
pub const fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

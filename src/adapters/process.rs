//! What this process takes of its machine, as the system tells.

use crate::observe::metric::Described;
#[cfg(target_os = "linux")]
use crate::observe::metric::number;
use crate::observe::table;

/// A metric's value at this moment.
pub type Sample = (&'static Described, f64);

/// What can be found out; what cannot is left out.
#[cfg(target_os = "linux")]
#[must_use]
pub fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    let Ok(this) = procfs::process::Process::myself() else {
        return samples;
    };
    if let Ok(stat) = this.stat() {
        samples.extend(of(&stat));
    }
    if let Ok(open) = this.fd_count() {
        let open = number(i64::try_from(open).unwrap_or(i64::MAX));
        samples.push((table::PROCESS_OPEN_FDS.described(), open));
    }
    let most = this.limits().map(|limits| limits.max_open_files.soft_limit);
    if let Ok(procfs::process::LimitValue::Value(most)) = most {
        let most = number(i64::try_from(most).unwrap_or(i64::MAX));
        samples.push((table::PROCESS_MAX_FDS.described(), most));
    }
    samples
}

#[cfg(target_os = "linux")]
fn of(stat: &procfs::process::Stat) -> Vec<Sample> {
    let whole = |count: u64| number(i64::try_from(count).unwrap_or(i64::MAX));
    let tick = whole(procfs::ticks_per_second());
    let memory = whole(stat.rss.saturating_mul(procfs::page_size()));
    let mut samples = vec![
        (table::PROCESS_MEMORY.described(), memory),
        (
            table::PROCESS_CPU.described(),
            whole(stat.utime + stat.stime) / tick,
        ),
    ];
    if let Ok(boot) = procfs::boot_time_secs() {
        let start = whole(boot) + whole(stat.starttime) / tick;
        samples.push((table::PROCESS_START.described(), start));
    }
    samples
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn samples() -> Vec<Sample> {
    Vec::new()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_what_it_takes() {
        let samples = samples();
        let of = |name: &str| samples.iter().find(|(of, _)| of.name == name).unwrap().1;
        assert!(of("process_resident_memory_bytes") > 1e6);
        assert!(of("process_cpu_seconds_total") >= 0.0);
        assert!(of("process_open_fds") >= 3.0);
        assert!(of("process_max_fds") > of("process_open_fds"));
        assert!(of("process_start_time_seconds") > 1.7e9);
    }
}

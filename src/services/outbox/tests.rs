//! The worker, job by job.

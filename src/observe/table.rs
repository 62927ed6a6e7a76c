//! Every metric that a server or a worker exports.
//!
//! Names, labels and meanings are a contract with dashboards and alerts: they are added to, not changed. Values of labels
//! come from closed sets, never from what somebody sent.

use super::metric::{Counter, Described, Dimension, Gauge, Histogram, Kind};

/// Seconds of answers to requests.
const ANSWERS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Seconds of statements.
const STATEMENTS: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
    30.0,
];
/// Seconds of calls that are given up after 0.6.
const PROMPT_CALLS: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.6,
];
/// Seconds of calls of services elsewhere.
const CALLS: &[f64] = &[
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Seconds of work on a processor.
const WORK: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Outcomes of calls of object stores.
const OBJECT_CALLS: &[&str] = &["ok", "missing", "unavailable", "failed"];

macro_rules! kind {
    (Counter) => {
        Kind::Counter
    };
    (Gauge) => {
        Kind::Gauge
    };
    (Histogram $buckets:ident) => {
        Kind::Histogram($buckets)
    };
}

macro_rules! table {
    ($($type:ident $(($buckets:ident))? $const:ident = $name:literal
        [$($label:ident: $values:expr),*] $help:literal;)+) => {
        /// All of them.
        pub const ALL: &[Described] = &[$(Described {
            name: $name,
            kind: kind!($type $($buckets)?),
            labels: &[$(Dimension { name: stringify!($label), values: $values }),*],
            help: $help,
        }),+];

        $(
            #[doc = $help]
            pub const $const: $type<{
                const LABELS: &[&str] = &[$(stringify!($label)),*];
                LABELS.len()
            }> = $type::new(find($name));
        )+
    };
}

/// The description of a name, when the program is compiled.
const fn find(name: &str) -> &'static Described {
    let mut at = 0;
    while at < ALL.len() {
        if same(ALL[at].name.as_bytes(), name.as_bytes()) {
            return &ALL[at];
        }
        at += 1;
    }
    panic!("there is no such metric")
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

table! {
    Gauge BUILD_INFO = "shotify_build_info" [version: &[], commit: &[]]
        "Always 1; says which program runs.";

    Counter HTTP_REQUESTS = "shotify_http_requests_total" [method: &[], route: &[], status: &[]]
        "Requests answered, by method, pattern of the route and status.";
    Histogram(ANSWERS) HTTP_DURATION = "shotify_http_request_duration_seconds" [route: &[]]
        "Time from a request's head to the head of its answer.";
    Gauge HTTP_CONNECTIONS = "shotify_http_connections" []
        "Open connections of the API.";
    Gauge HTTP_IN_FLIGHT = "shotify_http_requests_in_flight" []
        "Requests that are not answered yet.";

    Counter GRAPHQL_REQUESTS = "shotify_graphql_requests_total" [operation: &[], code: &[]]
        "GraphQL requests answered, by root field (several when more than one, none when refused before execution) and code of the first error, or OK.";
    Histogram(ANSWERS) GRAPHQL_DURATION = "shotify_graphql_request_duration_seconds" [operation: &[]]
        "Time from a GraphQL request, read whole, to its answer.";
    Counter GRAPHQL_ERRORS = "shotify_graphql_errors_total" [code: &[]]
        "Errors in answers to GraphQL requests, by code.";
    Counter GUARD_REFUSALS = "shotify_graphql_guard_refusals_total" [limit: &[]]
        "GraphQL requests refused before execution because they passed a limit on documents.";
    Gauge GRAPHQL_WAITING = "shotify_graphql_requests_waiting" []
        "GraphQL requests that wait for their turn.";
    Gauge GRAPHQL_RUNNING = "shotify_graphql_requests_running" []
        "GraphQL requests in execution.";

    Counter SQL_STATEMENTS = "shotify_sql_statements_total" [for: &["requests", "background"]]
        "Statements sent, without BEGIN and COMMIT, by whether a request waits for them.";
    Histogram(STATEMENTS) SQL_DURATION = "shotify_sql_statement_duration_seconds" [pool: &["primary", "replica"]]
        "Time of a statement, with the wait for a connection.";
    Counter SQL_ERRORS = "shotify_sql_errors_total"
        [pool: &["primary", "replica"], kind: &["contention", "conflict", "timeout", "unavailable", "failed"]]
        "Statements and connections that failed; contention is tried again, a conflict is a name or a sale that is there already.";
    Gauge SQL_CONNECTIONS = "shotify_sql_connections"
        [pool: &["primary", "replica"], state: &["idle", "used"]]
        "Open connections to the database.";
    Gauge SQL_CONNECTIONS_MAX = "shotify_sql_connections_max" [pool: &["primary", "replica"]]
        "Connections to the database that this process may open.";
    Counter SQL_LISTS = "shotify_sql_lists_total" [from: &["replica", "primary"]]
        "Lists that replicas were asked for, by who served them in the end.";
    Gauge REPLICA_LAG = "shotify_sql_replica_lag_seconds" [replica: &[]]
        "How far a replica is behind the primary, by its place in the list, from 0.";
    Gauge REPLICA_USED = "shotify_sql_replica_used" [replica: &[]]
        "Whether lists are read from a replica, by its place in the list, from 0.";

    Counter REDIS_CALLS = "shotify_redis_calls_total" [outcome: &["ok", "error", "timeout"]]
        "Calls of Redis.";
    Histogram(PROMPT_CALLS) REDIS_DURATION = "shotify_redis_call_duration_seconds" []
        "Time of a call of Redis, with the connection where it is made anew.";

    Counter OBJECT_STORE_CALLS = "shotify_objects_calls_total"
        [operation: &["put", "size", "facts", "get", "link", "delete"], outcome: OBJECT_CALLS]
        "Calls of the object store.";
    Histogram(CALLS) OBJECT_STORE_DURATION = "shotify_objects_call_duration_seconds"
        [operation: &["put", "size", "facts", "get", "link", "delete"]]
        "Time of a call of the object store; of get, until the object is open.";

    Counter VISION_CALLS = "shotify_vision_calls_total"
        [labeller: &[], outcome: &["ok", "postponed", "refused"]]
        "Pictures shown to a labeller.";
    Histogram(CALLS) VISION_DURATION = "shotify_vision_call_duration_seconds" [labeller: &[]]
        "Time until a labeller has answered.";

    Counter MAILS = "shotify_mails_total" [outcome: &["sent", "postponed", "refused"]]
        "Attempts to hand a mail over.";
    Histogram(CALLS) MAIL_DURATION = "shotify_mail_send_duration_seconds" []
        "Time of an attempt to hand a mail over.";

    Gauge OUTBOX_JOBS = "shotify_outbox_jobs" [state: &["due", "waiting", "dead"]]
        "Jobs in the database's outbox: due now, waiting for another try, given up.";
    Gauge OUTBOX_AGE = "shotify_outbox_oldest_due_age_seconds" []
        "For how long the oldest due job of the outbox has been due; 0 when none is.";
    Counter OUTBOX_DONE = "shotify_outbox_jobs_done_total"
        [kind: &["mail", "delete_object", "label", "compare"], outcome: &["done", "postponed", "dead"]]
        "Jobs of the outbox that this process has worked on.";

    Gauge PICTURES_WAITING = "shotify_pictures_waiting" []
        "Pictures that wait for a thread or for memory.";
    Gauge PICTURES_PIXELS = "shotify_pictures_pixels_in_flight" []
        "Pixels of 4 bytes that pictures in work hold or are promised.";
    Histogram(WORK) PICTURE_STEP = "shotify_picture_step_duration_seconds"
        [step: &["wait", "decode", "scale", "embed", "hash", "watermark", "encode"]]
        "Time of a step of the work on a picture; wait is the time until it is begun.";
    Counter PICTURES = "shotify_pictures_total"
        [outcome: &["ok", "unsupported", "too_large", "busy", "failed"]]
        "Pictures worked on.";

    Gauge PASSWORDS_WAITING = "shotify_passwords_waiting" []
        "Passwords that wait to be hashed.";
    Histogram(WORK) PASSWORD_DURATION = "shotify_password_hash_duration_seconds" []
        "Time of hashing a password, without the wait.";

    Counter SIGN_INS = "shotify_sign_ins_total" [outcome: &["succeeded", "failed", "limited"]]
        "Attempts to sign in.";
    Counter REGISTRATIONS = "shotify_registrations_total" []
        "Accounts made.";
    Counter UPLOADS = "shotify_images_uploaded_total" []
        "Images put up.";
    Counter SALES = "shotify_sales_total" []
        "Images sold; a request that is sent again sells nothing.";
    Counter REVENUE = "shotify_sales_revenue_cents_total" [currency: &[]]
        "Prices of what was sold, in hundredths of the currency.";
    Counter RATE_LIMITED = "shotify_rate_limit_refusals_total"
        [limit: &["sign_in_from", "sign_in_to", "current_password", "mail_from", "mail_to_confirm", "mail_to_reset", "label", "other"]]
        "What was refused because it happened too often.";

    Counter TRACE_SPANS = "shotify_trace_spans_total" [outcome: &["sent", "failed", "dropped"]]
        "Spans of traces, where traces are sent: taken by the collector, not taken, or dropped because too many waited.";

    Gauge PROCESS_MEMORY = "process_resident_memory_bytes" []
        "Resident memory size in bytes.";
    Counter PROCESS_CPU = "process_cpu_seconds_total" []
        "Total user and system CPU time spent in seconds.";
    Gauge PROCESS_OPEN_FDS = "process_open_fds" []
        "Number of open file descriptors.";
    Gauge PROCESS_MAX_FDS = "process_max_fds" []
        "Maximum number of open file descriptors.";
    Gauge PROCESS_START = "process_start_time_seconds" []
        "Start time of the process since unix epoch in seconds.";
}

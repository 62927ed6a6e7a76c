//! A run: people at work, a server that is killed again and again, and a look at what is left.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::base::Base;
use super::check;
use super::moments::{Moment, Phase};
use super::person::Person;
use super::program::Program;
use super::report::Report;
use super::stage::Stage;

/// How long the outbox and the sweeper may take to come to rest.
const REST: Duration = Duration::from_mins(5);
/// How long clients may take to settle what was left open.
const WAY_HOME: Duration = Duration::from_mins(10);

/// How long people may take to do something when nobody disturbs them.
const PEACE: Duration = Duration::from_mins(1);

/// What is to be done.
pub struct Plan {
    pub engine: &'static str,
    pub seed: u64,
    pub kills: usize,
    pub people: usize,
    /// After so many kills everything comes to rest and is looked at.
    pub rest_every: usize,
}

/// A run in progress.
pub struct Run {
    plan: Plan,
    stage: Arc<Stage>,
    base: Base,
    data: Arc<TempDir>,
    settings: Vec<(&'static str, String)>,
    rng: StdRng,
    report: Report,
}

impl Run {
    /// With `more` settings.
    pub fn new(
        plan: Plan,
        base: Base,
        data: Arc<TempDir>,
        more: &[(&'static str, String)],
    ) -> Self {
        let stage = Arc::new(Stage::new());
        // People of this test are many and come from one address.
        let mut settings = vec![
            ("SMTP_URL", stage.post.url()),
            ("MAILS_PER_IP", "1000000".to_owned()),
            ("MAILS_PER_ADDRESS", "10000".to_owned()),
            ("FAILED_SIGN_INS_PER_IP", "1000000".to_owned()),
            ("FAILED_SIGN_INS_PER_ACCOUNT", "100000".to_owned()),
            ("ACCESS_TOKEN_LIFETIME", "24h".to_owned()),
        ];
        settings.extend_from_slice(more);
        Self {
            rng: StdRng::seed_from_u64(plan.seed),
            report: Report {
                engine: plan.engine,
                seed: plan.seed,
                ..Report::default()
            },
            plan,
            stage,
            base,
            data,
            settings,
        }
    }

    /// Does it all; ends early where something is lost.
    pub async fn finish(mut self) -> Report {
        let began = Instant::now();
        let numbers = 0..self.plan.people;
        let seed = self.plan.seed;
        let mut people: Vec<Person> = numbers
            .map(|number| Person::new(&self.stage, number, seed))
            .collect();
        let mut left = self.plan.kills;
        while left > 0 && self.stage.losses().is_empty() {
            let some = left.min(self.plan.rest_every);
            left -= some;
            if let Err(wrong) = self.stretch(&mut people, some).await {
                self.stage.loss(wrong);
            }
        }
        self.report.took = began.elapsed();
        self.report.counts = self.stage.counts();
        self.report.losses = self.stage.losses();
        self.report
    }

    /// So many kills among people at work, then rest.
    async fn stretch(&mut self, people: &mut Vec<Person>, kills: usize) -> Result<(), String> {
        self.stage.end(false);
        let at_work: Vec<_> = people
            .drain(..)
            .map(|person| tokio::spawn(person.live()))
            .collect();
        for _ in 0..kills {
            self.kill_once().await?;
            if !self.stage.losses().is_empty() {
                return Ok(());
            }
        }
        let mut server = self.start();
        let base = server.ready().await?;
        self.stage.door.send_replace(Some(base));
        self.peace().await;
        self.stage.end(true);
        let home = timeout(WAY_HOME, join_all(at_work)).await;
        for person in home.map_err(|_| "people cannot settle what was left open")? {
            people.push(person.map_err(|error| format!("a client broke: {error}"))?);
        }
        self.stage.door.send_replace(None);
        server.kill()?;
        self.rest().await
    }

    fn start(&self) -> Program {
        let settings: Vec<(&str, &str)> = self
            .settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Program::start(&self.data, &settings)
    }

    async fn kill_once(&mut self) -> Result<(), String> {
        let number = self.report.kills.values().sum();
        let moment = Moment::any(&mut self.rng, number);
        if moment.night {
            self.night().await;
        }
        let mut server = self.start();
        match moment.phase {
            Phase::Start => sleep(moment.delay).await,
            Phase::Sweep => {
                let base = server.listens().await?;
                self.stage.door.send_replace(Some(base));
                sleep(moment.delay).await;
            }
            _ => {
                let base = server.ready().await?;
                check::quick(&self.base, &self.stage).await;
                self.stage.door.send_replace(Some(base));
                moment.come(&self.stage).await;
            }
        }
        server.kill()?;
        self.stage.door.send_replace(None);
        *self.report.kills.entry(moment.phase).or_default() += 1;
        Ok(())
    }

    /// Two hours pass while there is no server.
    async fn night(&mut self) {
        if self.base.has_tables().await {
            self.report.left.push(self.base.left().await);
            self.base.two_hours_pass().await;
        }
    }

    /// Nothing disturbs people for a while, so that there is something to lose however slow the machine is.
    async fn peace(&self) {
        let end = Instant::now() + PEACE;
        let answers = self.stage.answers() + 50;
        let trade = || self.stage.know(|known| !known.sales.is_empty());
        while (self.stage.answers() < answers || !trade()) && Instant::now() < end {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Nobody is there any more and time passes, so that all that was left is swept and worked off; then nothing may be
    /// missing and nothing too much.
    async fn rest(&mut self) -> Result<(), String> {
        self.night().await;
        let mut server = self.start();
        let base = server.ready().await?;
        self.settled().await?;
        check::all_rows(&self.base, &self.stage).await;
        self.report.objects = check::objects(&self.base, &self.stage, &self.data).await;
        let (all, repeats) = check::mails(&self.base, &self.stage).await;
        (self.report.mails, self.report.repeats) = (all, repeats);
        check::people(&base, &self.stage).await;
        self.report.accounts = self.base.count("users").await;
        self.report.images = self.base.count("products").await;
        self.report.sales = self.base.count("sales").await;
        server.kill()
    }

    async fn settled(&self) -> Result<(), String> {
        let end = Instant::now() + REST;
        loop {
            let left = self.base.left().await;
            if left.journal + left.outbox == 0 {
                return Ok(());
            }
            let jobs = ["kind", "attempts", "dead", "last_error"];
            let dead = self.base.table(jobs, "outbox WHERE dead").await;
            if !dead.is_empty() {
                return Err(format!("dead letters: {dead:?}"));
            }
            if Instant::now() > end {
                let jobs = self.base.table(jobs, "outbox").await;
                return Err(format!("{left:?} does not come to rest: {jobs:?}"));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

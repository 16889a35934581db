//! A database with its server, its operators and the limits of its cases.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use quarterdeck_server::db::{Clock, Ids};
use tokio_postgres::Config;

use crate::best_ban::BestBan;
use crate::cases::{CaseName, Effect, Fleet, Size};
use crate::http::{Connection, Request};
use crate::limit::Limit;
use crate::material::Material;
use crate::operators::{self, Operator};
use crate::options::Options;
use crate::server::{self, Server, Usage};
use crate::statement::Script;
use crate::tap::{self, Tap};

/// Requests of a case that are taken down; the limit drives them in turns.
const SCRIPTS: usize = 32;
/// Operators of the small database: so few that each has left more than a page of every kind of audit row.
const SMALL_OPERATORS: u64 = 4;

/// Fills the databases that the options name.
pub(crate) fn load(options: &Options) -> Result<()> {
    fill(
        &options.database,
        options.rows,
        options.audit,
        options.operators,
    )?;
    match &options.small_database {
        Some(url) => fill(url, options.small_rows, options.small_rows, SMALL_OPERATORS),
        None => Ok(()),
    }
}

fn fill(database: &str, rows: u64, audit: u64, operators: u64) -> Result<()> {
    let (rows, audit, operators) = (rows.to_string(), audit.to_string(), operators.to_string());
    let started = Instant::now();
    run(server::bare_command(&["migrate"], database)?)?;
    run(server::command(
        &[
            "seed",
            "--profile",
            "bench",
            "--users",
            &rows,
            "--applications",
            &rows,
            "--reports",
            &rows,
            "--data-requests",
            &rows,
            "--requests",
            &rows,
            "--audit",
            &audit,
            "--operators",
            &operators,
        ],
        database,
    )?)?;
    eprintln!(
        "filled in {:.1} s: {rows} rows a table, {audit} audit rows",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn run(mut command: std::process::Command) -> Result<()> {
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "the database cannot be filled: {}",
        said.trim_end()
    );
    Ok(())
}

/// The databases of a run.
pub(crate) struct Sides {
    sides: HashMap<Size, Side>,
}

impl Sides {
    pub(crate) async fn open(options: &Options) -> Result<Self> {
        let mut sides = HashMap::new();
        let urls = [
            (Size::Large, Some(&options.database)),
            (Size::Small, options.small_database.as_ref()),
        ];
        for (size, url) in urls {
            if let Some(url) = url {
                sides.insert(size, Side::open(options, size, url).await?);
            }
        }
        Ok(Self { sides })
    }

    /// The side of a case, where the run has it.
    pub(crate) fn of(&self, case: CaseName) -> Option<&Side> {
        self.sides.get(&case.size())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (Size, &Side)> {
        self.sides.iter().map(|(size, side)| (*size, side))
    }

    /// Ends every server and starts others on the large database, with the same operators, requests and limits.
    /// None where they cannot be had: several processes take PostgreSQL, and some a Redis.
    pub(crate) async fn replaced(self, options: &Options, fleet: Fleet) -> Result<Option<Self>> {
        let mut large = None;
        for (size, side) in self.sides {
            let (rest, servers) = side.without_servers();
            for server in servers {
                server.stop().await?;
            }
            if size == Size::Large {
                large = Some(rest);
            }
        }
        let redis = match fleet {
            Fleet::One | Fleet::Two => None,
            Fleet::TwoWithRedis => options.redis.as_deref(),
        };
        let is_redis_missing = fleet == Fleet::TwoWithRedis && redis.is_none();
        let can_be_had = |side: &Side| side.database.is_some() && !is_redis_missing;
        let Some(side) = large.filter(can_be_had) else {
            return Ok(None);
        };
        let mut servers = Vec::new();
        for _ in 0..2 {
            servers.push(Server::start_with(&options.database, redis).await?);
        }
        let sides = HashMap::from([(Size::Large, Side { servers, ..side })]);
        Ok(Some(Self { sides }))
    }
}

/// A database, its servers and what is needed to drive both.
pub(crate) struct Side {
    /// Connections go to them in turns.
    pub(crate) servers: Vec<Server>,
    /// The database itself, where it can be driven without the server.
    pub(crate) database: Option<Config>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) limits: HashMap<CaseName, Limit>,
}

impl Side {
    async fn open(options: &Options, size: Size, url: &str) -> Result<Self> {
        let operators = match size {
            Size::Large => options.operators,
            Size::Small => SMALL_OPERATORS,
        };
        let plan = Arc::new(plan(url, operators).await?);
        let wanted = options.cases(Fleet::One).filter(|case| case.size() == size);
        let database = tap::is_postgres(url)
            .then(|| tap::config(url))
            .transpose()?;
        let limits = match &database {
            Some(config) => limits(config, &plan, wanted.collect()).await?,
            None => HashMap::new(),
        };
        // Not before the others have ended: one that has seen another agrees with it for a minute.
        let server = Server::start(url).await?;
        Ok(Self {
            servers: vec![server],
            database,
            plan,
            limits,
        })
    }

    fn without_servers(self) -> (Self, Vec<Server>) {
        let rest = Self {
            servers: Vec::new(),
            ..self
        };
        (rest, self.servers)
    }

    /// What its servers have used so far.
    pub(crate) fn usage(&self) -> Result<Usage> {
        Usage::sum(self.servers.iter().map(Server::usage))
    }
}

/// Signs operators in and finds what there is, by a server that ends with it.
async fn plan(url: &str, operators: u64) -> Result<Plan> {
    let server = Server::start(url).await?;
    let operators = operators::sign_in(server.address, operators).await?;
    let first = operators.first().context("there are no operators")?;
    let material = Material::gather(&first.client).await?;
    server.stop().await?;
    Ok(Plan::new(operators, material))
}

/// The requests of a side, each made once.
pub(crate) struct Plan {
    operators: Vec<Operator>,
    pub(crate) material: Material,
    run: String,
    made: AtomicUsize,
    next: HashMap<CaseName, AtomicUsize>,
}

impl Plan {
    fn new(operators: Vec<Operator>, material: Material) -> Self {
        Self {
            operators,
            material,
            run: Ids.request_id(Clock::System.now()).to_string(),
            made: AtomicUsize::new(0),
            next: CaseName::all()
                .map(|case| (case, AtomicUsize::new(0)))
                .collect(),
        }
    }

    /// The number of the next request of a case.
    pub(crate) fn number(&self, case: CaseName) -> usize {
        self.next
            .get(&case.requests())
            .map_or(0, |next| next.fetch_add(1, Ordering::Relaxed))
    }

    /// The request of a number, by the next operator.
    pub(crate) fn request(&self, case: CaseName, number: usize) -> Request {
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        let token = &self.operators[made % self.operators.len()].token;
        let sketch = case.sketch(&self.material, number);
        match &sketch.body {
            None => Request::new(sketch.method, &sketch.path, token),
            Some(body) => {
                let key = format!("{}-{made}", self.run);
                Request::write(sketch.method, &sketch.path, token, &key, body)
            }
        }
    }
}

/// Takes down what the requests of each case send to the database.
async fn limits(
    config: &Config,
    plan: &Plan,
    cases: Vec<CaseName>,
) -> Result<HashMap<CaseName, Limit>> {
    let tap = Tap::open(config).await?;
    let server = Server::start(&tap.url(config)?).await?;
    let mut connection = Connection::open(server.address).await?;
    let mut limits = HashMap::new();
    for case in cases {
        let limit = match (case.effect(), case) {
            (Effect::Reads, _) => Some(as_sent(&tap, &mut connection, plan, case).await?),
            (Effect::Writes, CaseName::Ban) => Some(best_ban(&tap, &mut connection, plan).await?),
            (Effect::Writes, _) => None,
        };
        if let Some(limit) = limit {
            limits.insert(case, limit);
        }
    }
    server.stop().await?;
    Ok(limits)
}

async fn as_sent(
    tap: &Tap,
    connection: &mut Connection,
    plan: &Plan,
    case: CaseName,
) -> Result<Limit> {
    // The first request opens connections, which is not what a request sends.
    connection.call(&plan.request(case, 0)).await?;
    let mut scripts = Vec::new();
    while scripts.len() < SCRIPTS {
        let request = plan.request(case, scripts.len());
        let script = taken_down(tap, connection, &request).await?;
        // Now and then the server counts its requests, which is no part of one.
        if !script
            .iter()
            .any(|statement| statement.text.contains("request_stats"))
        {
            scripts.push(script);
        }
    }
    Ok(Limit::AsSent(scripts.into()))
}

async fn best_ban(tap: &Tap, connection: &mut Connection, plan: &Plan) -> Result<Limit> {
    let users = &plan.material.users;
    let (last, others) = users.split_last().context("there is nobody to ban")?;
    let request = plan.request(CaseName::Ban, users.len() - 1);
    let sent = taken_down(tap, connection, &request).await?;
    // The server bans from the front of the list.
    let targets = others[others.len() / 2..].iter().rev().copied().collect();
    Ok(Limit::BestBan(Arc::new(BestBan::new(
        &sent, *last, targets,
    )?)))
}

/// The statements of a request.
async fn taken_down(tap: &Tap, connection: &mut Connection, request: &Request) -> Result<Script> {
    tap.take();
    connection.call(request).await?;
    let script = tap.take();
    ensure!(!script.is_empty(), "a request sent nothing to the database");
    Ok(script)
}

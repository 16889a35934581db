//! Taking turns: a slice of requests to the server, a slice of the same statements without it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::cases::{CaseName, Fleet};
use crate::http::Connection;
use crate::limit::{Database, Limit};
use crate::options::Options;
use crate::side::{Plan, Side, Sides};

/// What was measured of a case on a number of connections.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) server: Samples,
    pub(crate) limit: Samples,
    /// The server's processor time.
    pub(crate) processor: Duration,
    /// The most memory that was resident at the end of a slice, in bytes.
    pub(crate) resident: u64,
}

/// Slices of one kind.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// How long each call took.
    pub(crate) latencies: Vec<Duration>,
    /// How long the slices took.
    pub(crate) elapsed: Duration,
}

impl Samples {
    fn add(&mut self, slice: Self) {
        self.latencies.extend(slice.latencies);
        self.elapsed += slice.elapsed;
    }
}

/// The results, by case and number of connections.
pub(crate) type Results = BTreeMap<(CaseName, usize), Measured>;

/// Measures every case: those of one server, and then those of several, which know of each other, and would cost
/// one that is alone what they cost.
pub(crate) async fn all(options: &Options, mut sides: Sides) -> Result<Results> {
    let mut results = of_fleet(options, Fleet::One, &sides).await?;
    for fleet in [Fleet::Two, Fleet::TwoWithRedis] {
        if options.cases(fleet).next().is_none() {
            continue;
        }
        let Some(next) = sides.replaced(options, fleet).await? else {
            break;
        };
        results.extend(of_fleet(options, fleet, &next).await?);
        sides = next;
    }
    Ok(results)
}

/// Measures the cases of these servers on every number of connections.
async fn of_fleet(options: &Options, fleet: Fleet, sides: &Sides) -> Result<Results> {
    let mut results = Results::new();
    let length = Duration::from_millis(options.slice_ms);
    for connections in &options.connections {
        let mut crews = BTreeMap::new();
        for (size, side) in sides.all() {
            crews.insert(size, Crew::open(side, *connections).await?);
        }
        for round in 0..=options.rounds {
            for case in options.cases(fleet) {
                let (Some(side), Some(crew)) = (sides.of(case), crews.get_mut(&case.size())) else {
                    continue;
                };
                let mut turn = Turn {
                    case,
                    length,
                    side,
                    crew,
                };
                let measured = turn.take(round).await?;
                if round > 0 {
                    results
                        .entry((case, *connections))
                        .or_default()
                        .add(measured);
                }
            }
        }
    }
    Ok(results)
}

impl Measured {
    fn add(&mut self, turn: Self) {
        self.server.add(turn.server);
        self.limit.add(turn.limit);
        self.processor += turn.processor;
        self.resident = self.resident.max(turn.resident);
    }
}

/// Connections to a server, and as many to its database.
struct Crew {
    server: Vec<Connection>,
    database: Vec<Database>,
}

impl Crew {
    async fn open(side: &Side, connections: usize) -> Result<Self> {
        let (mut server, mut database) = (Vec::new(), Vec::new());
        for (_, of) in (0..connections).zip(side.servers.iter().cycle()) {
            server.push(Connection::open(of.address).await?);
            if let Some(config) = &side.database {
                database.push(Database::connect(config).await?);
            }
        }
        Ok(Self { server, database })
    }
}

/// A turn of each on one case.
struct Turn<'a> {
    case: CaseName,
    length: Duration,
    side: &'a Side,
    crew: &'a mut Crew,
}

impl Turn<'_> {
    /// Who begins changes from round to round.
    async fn take(&mut self, round: usize) -> Result<Measured> {
        let mut measured = Measured::default();
        if round.is_multiple_of(2) {
            self.drive_server(&mut measured).await?;
            self.drive_limit(&mut measured).await?;
        } else {
            self.drive_limit(&mut measured).await?;
            self.drive_server(&mut measured).await?;
        }
        Ok(measured)
    }

    async fn drive_server(&mut self, measured: &mut Measured) -> Result<()> {
        let before = self.side.usage()?;
        let work = ServerWork {
            case: self.case,
            plan: Arc::clone(&self.side.plan),
        };
        measured.server = slice(&mut self.crew.server, &work, self.length).await?;
        let after = self.side.usage()?;
        measured.processor = after.processor.saturating_sub(before.processor);
        measured.resident = after.resident;
        Ok(())
    }

    async fn drive_limit(&mut self, measured: &mut Measured) -> Result<()> {
        let Some(limit) = self.side.limits.get(&self.case.requests()) else {
            return Ok(());
        };
        let work = LimitWork(limit.clone());
        measured.limit = slice(&mut self.crew.database, &work, self.length).await?;
        Ok(())
    }
}

/// What is done over and over on connections of a kind.
trait Work: Clone + Send + 'static {
    type Connection: Send + 'static;

    fn once(
        &self,
        connection: &mut Self::Connection,
        turn: usize,
    ) -> impl Future<Output = Result<()>> + Send;
}

#[derive(Clone)]
struct ServerWork {
    case: CaseName,
    plan: Arc<Plan>,
}

impl Work for ServerWork {
    type Connection = Connection;

    async fn once(&self, connection: &mut Connection, _turn: usize) -> Result<()> {
        let number = self.plan.number(self.case);
        connection
            .call(&self.plan.request(self.case, number))
            .await?;
        Ok(())
    }
}

#[derive(Clone)]
struct LimitWork(Limit);

impl Work for LimitWork {
    type Connection = Database;

    async fn once(&self, connection: &mut Database, turn: usize) -> Result<()> {
        connection.run(&self.0, turn).await
    }
}

/// Works on all connections at once until the time is up.
async fn slice<W: Work>(
    connections: &mut Vec<W::Connection>,
    work: &W,
    length: Duration,
) -> Result<Samples> {
    let started = Instant::now();
    let mut workers = JoinSet::new();
    for (place, mut connection) in connections.drain(..).enumerate() {
        let work = work.clone();
        workers.spawn(async move {
            let mut latencies = Vec::new();
            while started.elapsed() < length {
                let begun = Instant::now();
                work.once(&mut connection, place + latencies.len()).await?;
                latencies.push(begun.elapsed());
            }
            anyhow::Ok((connection, latencies))
        });
    }
    let mut samples = Samples::default();
    while let Some(worker) = workers.join_next().await {
        let (connection, latencies) = worker??;
        connections.push(connection);
        samples.latencies.extend(latencies);
    }
    samples.elapsed = started.elapsed();
    Ok(samples)
}

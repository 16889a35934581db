//! From a configuration to a running server; used by `serve`, by the console's demo and by the tests.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use sea_orm::DbErr;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::chain::{self, Beyond};
use crate::cluster::bus::Bus;
use crate::cluster::counted::Counted;
use crate::cluster::kept::{Commits, Kept};
use crate::cluster::limiter::{Limiter, WINDOW};
use crate::cluster::neighbors::Neighbors;
use crate::cluster::paced::Paced;
use crate::cluster::profiles::Profiles;
use crate::cluster::redis::Redis;
use crate::cluster::sockets::Sockets;
use crate::cluster::together::Together;
use crate::config::{DemoAccounts, SecretSource, ServerConfig};
use crate::db::connect::sqlite_path;
use crate::db::vault::Vault;
use crate::db::{Clock, Database, Databases, Ids, migrate};
use crate::gate::batches::Batches;
use crate::gate::password::PasswordPool;
use crate::gate::{Checks, Counters, Services, counters};
use crate::http::{self, listener};
use crate::jobs::{self, JOBS, Scheduler};
use crate::mail::Transport;
use crate::oidc::Provider;
use crate::{realtime, seed, sessions, users};

/// A server that listens.
pub struct Server {
    services: Arc<Services>,
    listener: TcpListener,
    metrics: Option<TcpListener>,
}

/// Opens what every command works with: the database at its newest schema, the key, the clock.
pub async fn services(config: ServerConfig, clock: Clock) -> Result<Arc<Services>> {
    let ids = Ids;
    let url = config.database.expose().to_owned();
    let reasons = config.reasons()?;
    let database = Database::open(&url).await?;
    migrate::prepare(&database).await?;
    let sqlite_file = sqlite_path(&url).map(std::path::Path::new);
    let vault = Vault::open(config.secret_key.as_ref(), sqlite_file, ids.bytes())?;
    let passwords = PasswordPool::new(config.passwords)?;
    let prefix = format!("quarterdeck:{}:", config.environment);
    let process = ids.request_id(clock.now()).to_string();
    let provider = Provider::new(&config.oidc).context("the OpenID provider")?;
    let redis = redis(&config, &prefix)?;
    let counted = counted(&database, &process);
    let services = Services {
        database,
        clock,
        ids,
        limiter: Limiter::new(WINDOW, redis.clone(), counted.clone()),
        together: Together::new(redis, counted, &process, &prefix),
        audit_beyond: Beyond::default(),
        commits: Commits::default(),
        dashboard: Kept::default(),
        claimed: Kept::default(),
        signs_of_life: Paced::default(),
        bus: Bus::default(),
        profiles: Profiles::default(),
        sockets: Sockets::default(),
        counters: Counters::default(),
        checks: Checks::default(),
        vault,
        batches: Batches::default(),
        passwords,
        remains: tokio::sync::Notify::new(),
        outbox: tokio::sync::Notify::new(),
        provider,
        reasons,
        config,
    };
    prepare(&services).await?;
    Ok(Arc::new(services))
}

fn redis(config: &ServerConfig, prefix: &str) -> Result<Option<Redis>> {
    let Some(url) = &config.redis.url else {
        return Ok(None);
    };
    let password = config.redis.password.as_ref();
    let password = password.map(SecretSource::read).transpose()?;
    let redis = Redis::new(url.expose(), password.as_ref(), prefix, WINDOW);
    // What the driver says may quote the URL.
    let redis =
        redis.map_err(|_| anyhow!("redis must be redis://HOST:PORT/NUMBER or unix:PATH"))?;
    Ok(Some(redis))
}

/// A SQLite file has one process.
fn counted(database: &Database, process: &str) -> Option<Counted> {
    match database.pools() {
        Databases::Sqlite { .. } => None,
        Databases::Postgres { writes, .. } => {
            let neighbors = Neighbors::new(writes.clone(), process);
            Some(Counted::new(neighbors, WINDOW))
        }
    }
}

/// What every database needs before its first call: an id, a head for the chain, the catalogue, a row a
/// job.
async fn prepare(services: &Services) -> Result<()> {
    let tx = services.system_write("prepare").await?;
    let instance = services.ids.request_id(tx.now).to_string();
    chain::birth::ensure(tx.connection(), &instance).await?;
    seed::catalogue(tx.connection()).await?;
    jobs::register(&tx, JOBS).await?;
    tx.commit().await?;
    Ok(())
}

/// The clock that a configuration asks for.
pub fn clock(config: &ServerConfig) -> Clock {
    config.test_clock.clone().map_or(Clock::System, Clock::File)
}

impl Server {
    /// Binds the addresses.
    pub async fn bind(services: Arc<Services>) -> Result<Self> {
        refuse_demo_accounts(&services).await?;
        Transport::open(&services.config.mail)?;
        if let Some(list) = &services.config.breached_passwords {
            sessions::BreachedList::open(list)?;
        }
        http::metrics::install();
        services.together.join().await;
        let address = services.config.listen;
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}; is another server running there? --listen takes another address")
        })?;
        let metrics = match services.config.metrics_listen {
            Some(address) => {
                let bound = TcpListener::bind(address).await;
                Some(bound.with_context(|| format!("cannot listen on {address} for metrics"))?)
            }
            None => None,
        };
        Ok(Self {
            services,
            listener,
            metrics,
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until it is told to stop, then drains.
    pub async fn run(self, stop: CancellationToken) {
        let Self {
            services,
            listener,
            metrics,
        } = self;
        let flusher = tokio::spawn(flush_counters(Arc::clone(&services), stop.clone()));
        let scheduler = tokio::spawn(Scheduler::new(&services, JOBS).run(stop.clone()));
        let cleaner = tokio::spawn(jobs::remains::run(Arc::clone(&services), stop.clone()));
        let others = tokio::spawn(keep_in_touch(Arc::clone(&services), stop.clone()));
        let postman = tokio::spawn(jobs::outbox::run(Arc::clone(&services), stop.clone()));
        let teller = tokio::spawn(realtime::teller::run(Arc::clone(&services), stop.clone()));
        // What the last calls change is told, too.
        let is_drained = CancellationToken::new();
        let notifier = tokio::spawn(users::profile_notifier::run(
            Arc::clone(&services),
            services.profiles.read(),
            is_drained.clone(),
        ));
        let options = services.config.http.clone();
        let scraped = metrics.map(|listener| {
            let (options, stop) = (options.clone(), stop.clone());
            tokio::spawn(async move {
                listener::serve(listener, listener::metrics_router(), &options, stop).await;
            })
        });
        listener::serve(listener, http::router(&services), &options, stop).await;
        if let Some(scraped) = scraped {
            let _ = scraped.await;
        }
        let _ = flusher.await;
        let _ = scheduler.await;
        let _ = cleaner.await;
        let _ = postman.await;
        let _ = teller.await;
        let _ = others.await;
        is_drained.cancel();
        let _ = notifier.await;
        services.database.close().await;
    }
}

async fn keep_in_touch(services: Arc<Services>, stop: CancellationToken) {
    services.together.run(&services.commits, stop).await;
}

/// Their passwords are in the README.
async fn refuse_demo_accounts(services: &Services) -> Result<()> {
    if services.config.demo_accounts == DemoAccounts::Allowed {
        return Ok(());
    }
    for email in seed::PUBLIC_ACCOUNTS {
        if users::find_by_email(services.database.reads(), email)
            .await?
            .is_some()
        {
            bail!(
                "this database holds the demo accounts, whose passwords are public; give --allow-demo-accounts to serve it all the same"
            );
        }
    }
    Ok(())
}

async fn flush_counters(services: Arc<Services>, stop: CancellationToken) {
    loop {
        let is_last = tokio::select! {
            () = stop.cancelled() => true,
            () = tokio::time::sleep(counters::FLUSH_EVERY) => false,
        };
        if let Err(error) = flush_once(&services).await {
            tracing::warn!(%error, "request counts were lost");
        }
        if is_last {
            return;
        }
    }
}

async fn flush_once(services: &Services) -> Result<(), DbErr> {
    let counted = services.counters.take();
    if counted.is_empty() {
        return Ok(());
    }
    let tx = services.system_write("request_stats").await?;
    counted.add(tx.connection()).await?;
    tx.commit().await
}

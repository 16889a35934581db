//! The server's commands. Those that change something leave an audit row whose actor is the command line;
//! those that are about what is there make no database.

mod accounts;
mod allocator;
mod audit;
mod mail;
mod serve;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand, ValueEnum};

use crate::config::{ServeArgs, ServerConfig, StoreArgs, Surroundings};
use crate::db::connect::require_existing;
use crate::db::{Database, migrate};
use crate::gate::Services;
use crate::seed::bench::{self, BenchSizes};
use crate::{http, seed, start};

/// The Quarterdeck admin API over SQLite or PostgreSQL.
#[derive(Debug, Parser)]
#[command(name = "quarterdeck-server", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the API until SIGTERM or SIGINT
    Serve(Box<ServeArgs>),
    /// Bring the database schema up to date
    Migrate(StoreArgs),
    /// Make a super-admin and print a one-time first-login token
    CreateAdmin(AccountArgs),
    /// Fill the database with a profile of data
    Seed(SeedArgs),
    /// Verify the audit log; exits 0 intact, 1 broken, 2 incomplete, 3 unverifiable
    VerifyAudit(VerifyArgs),
    /// Print the audit log as one JSON object a line, with what was hashed
    ExportAudit(StoreArgs),
    /// Compare the tables with what the audit log says they should hold
    AuditReplay(ReplayArgs),
    /// Print the OpenAPI document
    Openapi,
    /// Forget an account's failed sign-ins
    Unlock(AccountArgs),
    /// Take the second factor off an account, so that it enrolls a new one
    ResetMfa(AccountArgs),
    /// Take the password off an account and print a one-time first-login token
    ResetPassword(AccountArgs),
    /// Tell what mail was not sent, or send what failed again
    #[command(subcommand)]
    Mail(MailCommand),
    /// Take the deletion of an account back; an anonymized one is gone for good
    RestoreUser(RestoreArgs),
    /// Let an account that is there already sign in by the OpenID provider
    LinkIdentity(LinkArgs),
}

#[derive(Debug, clap::Args)]
struct LinkArgs {
    /// E-mail of the account
    email: String,
    /// Its owner at the provider: the claim `sub` of their ID tokens
    subject: String,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, clap::Args)]
struct AccountArgs {
    /// E-mail of the account
    email: String,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum MailCommand {
    /// List the mail that waits and the mail that failed, without what it says
    List(StoreArgs),
    /// Send a mail again that failed
    Retry(RetryArgs),
}

#[derive(Debug, clap::Args)]
struct RetryArgs {
    /// Its number, as `mail list` shows it
    id: i64,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, clap::Args)]
struct RestoreArgs {
    /// E-mail of the account, or its id written #4711
    #[arg(value_name = "EMAIL|#ID")]
    account: String,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, clap::Args)]
struct SeedArgs {
    /// Which data
    #[arg(long, value_enum)]
    profile: Profile,
    /// The same number gives the same data
    #[arg(long, default_value_t = 1)]
    random_seed: u64,
    /// The time the data is made for, RFC 3339; now without it
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    #[command(flatten)]
    sizes: BenchSizes,
    /// Profile bench: make operators, though their password and second factor are public
    #[arg(long)]
    allow_demo_accounts: bool,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Profile {
    /// Small and lively, with accounts whose passwords are public
    Demo,
    /// As many rows as are asked for, to measure with; fresh databases only
    Bench,
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    /// The log must reach this row
    #[arg(long, value_name = "SEQ")]
    expected_min_seq: Option<i64>,
    /// With --expected-hash: this row must have that hash
    #[arg(long, value_name = "SEQ", requires = "expected_hash")]
    expected_seq: Option<i64>,
    /// Hash of the row --expected-seq, hexadecimal
    #[arg(long, value_name = "HEX", requires = "expected_seq")]
    expected_hash: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, clap::Args)]
struct ReplayArgs {
    /// Exit 1 where log and tables differ, 3 where rows are of an unknown version
    #[arg(long)]
    assert: bool,
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs a command.
pub fn run(cli: Cli) -> Result<ExitCode> {
    if matches!(cli.command, Command::Serve(_)) {
        allocator::begin_with_options();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(dispatch(cli.command))
}

async fn dispatch(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::run(&args).await?,
        Command::Migrate(store) => {
            let config = config(store)?;
            migrate::apply(&Database::open(config.database.expose()).await?).await?;
            println!("the schema is up to date");
        }
        Command::CreateAdmin(args) => {
            accounts::create_admin(&*open(args.store).await?, &args.email).await?;
        }
        Command::Seed(args) => seed_profile(args).await?,
        Command::VerifyAudit(args) => return audit::verify(args).await,
        Command::ExportAudit(store) => audit::export(store).await?,
        Command::AuditReplay(args) => return audit::replay(args).await,
        Command::Openapi => println!(
            "{}",
            serde_json::to_string_pretty(&http::openapi::document())?
        ),
        Command::Unlock(args) => {
            accounts::unlock(&*open_existing(args.store).await?, &args.email).await?;
        }
        Command::ResetMfa(args) => {
            accounts::reset_mfa(&*open_existing(args.store).await?, &args.email).await?;
        }
        Command::ResetPassword(args) => {
            accounts::reset_password(&*open_existing(args.store).await?, &args.email).await?;
        }
        Command::Mail(MailCommand::List(store)) => {
            mail::list(&*open_existing(store).await?).await?;
        }
        Command::Mail(MailCommand::Retry(args)) => {
            mail::retry(&*open_existing(args.store).await?, args.id).await?;
        }
        Command::RestoreUser(args) => {
            accounts::restore_user(&*open_existing(args.store).await?, &args.account).await?;
        }
        Command::LinkIdentity(args) => {
            let services = open_existing(args.store).await?;
            accounts::link_identity(&services, &args.email, &args.subject).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn config(store: StoreArgs) -> Result<ServerConfig> {
    Ok(ServerConfig::load(
        &ServeArgs::from(store),
        &Surroundings::of_this_process(),
    )?)
}

/// Opens the database, which a first command makes.
async fn open(store: StoreArgs) -> Result<Arc<Services>> {
    let config = config(store)?;
    let clock = start::clock(&config);
    start::services(config, clock).await
}

/// Opens the database for a command about what is in it.
async fn open_existing(store: StoreArgs) -> Result<Arc<Services>> {
    require_existing(config(store.clone())?.database.expose())?;
    open(store).await
}

async fn seed_profile(args: SeedArgs) -> Result<()> {
    let config = ServerConfig::load(
        &ServeArgs {
            allow_demo_accounts: args.allow_demo_accounts,
            ..ServeArgs::from(args.store)
        },
        &Surroundings::of_this_process(),
    )?;
    let clock = start::clock(&config);
    let services = start::services(config, clock).await?;
    let at = args.at.unwrap_or_else(|| services.clock.now());
    match args.profile {
        Profile::Demo => {
            ensure!(
                args.sizes == BenchSizes::default(),
                "sizes go with --profile bench"
            );
            seed::demo(&services, args.random_seed, at).await?;
            println!("the demo profile is in place; its accounts have public passwords (README)");
        }
        Profile::Bench => {
            bench::bench(&services, &args.sizes, at).await?;
            println!("the bench profile is in place");
        }
    }
    services.database.close().await;
    Ok(())
}

//! One PostgreSQL for the run: found, started on a socket of its own, and stopped when this process
//! ends, even by SIGKILL (architecture.md §10.16).

use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use quarterdeck_server::db::{Database, migrate};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

/// A server with a migrated template database.
#[derive(Debug)]
pub struct Cluster {
    admin_url: String,
    template: String,
    /// Absent where somebody else runs it.
    own: Option<Own>,
}

/// A server that this process started.
#[derive(Debug)]
struct Own {
    binaries: PathBuf,
    directory: PathBuf,
    /// While the pipe to it is open, the guard leaves the server alone.
    _guard: Child,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// As if it crashed: it recovers from its WAL at the next start.
    Immediate,
    /// Whoever is connected is thrown out first.
    Fast,
}

impl Stop {
    const fn mode(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::Fast => "fast",
        }
    }
}

impl Own {
    fn pg_ctl(&self) -> Command {
        let mut command = as_postgres(&self.binaries.join("pg_ctl"));
        command.arg("-D").arg(self.directory.join("data"));
        command
    }

    fn start(&self) {
        let mut start = self.pg_ctl();
        start.args(["-w", "-t", "60"]);
        start.arg("-l").arg(self.directory.join("log")).arg("start");
        run(&mut start);
    }
}

/// Settings for databases that live for a minute.
const SETTINGS: &str = "
listen_addresses = ''
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
max_connections = 300
shared_buffers = 64MB
max_wal_size = 128MB
log_min_messages = fatal
";

/// Waits for the end of the test process, then stops the server and removes its directory.
const GUARD: &str = r#"cat >/dev/null; "$@" >/dev/null 2>&1; rm -rf "$0""#;

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The run's PostgreSQL; none where none is installed and none is required.
pub fn cluster() -> Option<&'static Cluster> {
    let cluster = CLUSTER.get_or_init(|| {
        thread::spawn(start)
            .join()
            .expect("PostgreSQL for the tests did not start")
    });
    let is_required = env::var("QUARTERDECK_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(
        cluster.is_some() || !is_required,
        "QUARTERDECK_REQUIRE_SERVERS=1, but there is no PostgreSQL: install it or set QUARTERDECK_TEST_PG_URL"
    );
    cluster.as_ref()
}

impl Cluster {
    /// Another server, which its test stops and starts; none where none is installed and none is required.
    pub fn of_its_own() -> Option<Self> {
        // Whether one is required is asked there.
        cluster()?;
        let start = || start_own().map(|(url, own)| prepared(url, Some(own)));
        thread::spawn(start)
            .join()
            .expect("PostgreSQL for a test did not start")
    }

    /// Stops the server of a test's own.
    pub fn stop(&self, how: Stop) {
        let own = self.own.as_ref().expect("a server of its own");
        run(own.pg_ctl().args(["-m", how.mode(), "stop"]));
    }

    /// Starts it again; it takes connections then.
    pub fn start(&self) {
        self.own.as_ref().expect("a server of its own").start();
    }

    /// Makes a database from the template and tells its URL.
    pub async fn create_database(&self) -> String {
        let name = format!("{}_{}", self.template, NEXT.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!(
            "CREATE DATABASE {name} TEMPLATE {}",
            self.template
        ))
        .await;
        with_database(&self.admin_url, &name)
    }

    /// Makes a database without any table and tells its URL.
    pub async fn create_empty_database(&self) -> String {
        let name = format!("{}_{}", self.template, NEXT.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await;
        with_database(&self.admin_url, &name)
    }

    /// Drops the database of a URL, whoever is connected.
    pub async fn drop_database(&self, url: &str) {
        let name = database_name(url);
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await;
    }

    /// Runs a statement beside the database of a URL: `{name}` in it stands for the database.
    pub async fn execute_about(&self, url: &str, statement: &str) {
        self.execute(&statement.replace("{name}", database_name(url)))
            .await;
    }

    async fn execute(&self, statement: &str) {
        let mut connection = connect(&self.admin_url).await;
        let done = connection.execute(AssertSqlSafe(statement)).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
        connection.close().await.unwrap();
    }
}

/// A program of PostgreSQL's, such as `pg_dump`.
pub fn program(name: &str) -> Command {
    let found = directories().map(|directory| directory.join(name));
    let mut found = found.filter(|program| program.exists());
    Command::new(
        found
            .next()
            .unwrap_or_else(|| panic!("{name} is not installed")),
    )
}

/// Connects to the database of a URL.
pub async fn connect(url: &str) -> PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    options.disable_statement_logging().connect().await.unwrap()
}

fn start() -> Option<Cluster> {
    if let Ok(url) = env::var("QUARTERDECK_TEST_PG_URL") {
        return Some(prepared(url, None));
    }
    let (url, own) = start_own()?;
    Some(prepared(url, Some(own)))
}

fn prepared(admin_url: String, own: Option<Own>) -> Cluster {
    let template = format!("quarterdeck_test_{}", process::id());
    let cluster = Cluster {
        admin_url,
        template,
        own,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(prepare_template(&cluster));
    cluster
}

async fn prepare_template(cluster: &Cluster) {
    cluster
        .execute(&format!("CREATE DATABASE {}", cluster.template))
        .await;
    let url = with_database(&cluster.admin_url, &cluster.template);
    let database = Database::open(&url).await.unwrap();
    migrate::apply(&database).await.unwrap();
    database.close().await;
}

fn start_own() -> Option<(String, Own)> {
    let Some(binaries) = find_binaries() else {
        // Written past the test harness, which would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "\nNO POSTGRESQL FOUND: the PostgreSQL half of the API suite was not run \
             (install postgresql, or set QUARTERDECK_TEST_PG_URL)"
        );
        return None;
    };
    let directory = tempfile::Builder::new()
        .prefix("quarterdeck-pg-")
        .tempdir_in(roomy_memory().unwrap_or_else(env::temp_dir))
        .unwrap()
        .keep();
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&directory));
    }
    let data = directory.join("data");
    let guard = guard(&directory, &binaries, &data);
    let mut initdb = as_postgres(&binaries.join("initdb"));
    initdb.arg("-D").arg(&data).args([
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
        // Not C: an order that only bytes have must be asked for by the queries themselves.
        "--locale-provider=icu",
        "--icu-locale=en",
        "--locale=C",
    ]);
    run(&mut initdb);
    let configuration = data.join("postgresql.conf");
    let socket = format!("unix_socket_directories = '{}'\n", directory.display());
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, text + SETTINGS + &socket).unwrap();
    let url = format!(
        "postgres://postgres@localhost/postgres?host={}",
        directory.display()
    );
    let own = Own {
        binaries,
        directory,
        _guard: guard,
    };
    own.start();
    Some((url, own))
}

/// Memory that can be used as a disk: a database of three hundred files is made per test, which takes
/// a busy disk a second.
fn roomy_memory() -> Option<PathBuf> {
    const NEEDED: u64 = 1 << 30;
    let memory = PathBuf::from("/dev/shm");
    let space = rustix::fs::statvfs(&memory).ok()?;
    (space.f_bavail * space.f_frsize >= NEEDED).then_some(memory)
}

fn guard(directory: &Path, binaries: &Path, data: &Path) -> Child {
    let stop = {
        let mut stop = as_postgres(&binaries.join("pg_ctl"));
        stop.arg("-D").arg(data).args(["-m", "immediate", "stop"]);
        stop
    };
    let mut guard = Command::new("sh");
    guard
        .args(["-c", GUARD])
        .arg(directory)
        .arg(stop.get_program())
        .args(stop.get_args())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A Ctrl-C in the terminal is for the tests, not for the guard.
        .process_group(0);
    guard.spawn().unwrap()
}

fn find_binaries() -> Option<PathBuf> {
    directories()
        .find(|directory| directory.join("initdb").exists() && directory.join("pg_ctl").exists())
}

/// Where programs are: those of `PATH`, then Debian's of PostgreSQL, the newest first.
fn directories() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    debian.sort_by_key(|path| {
        let version = path.file_name().and_then(|name| name.to_str());
        std::cmp::Reverse(version.and_then(|text| text.parse::<u32>().ok()))
    });
    let path: Vec<_> = env::split_paths(&path).collect();
    path.into_iter()
        .chain(debian.into_iter().map(|version| version.join("bin")))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn run(command: &mut Command) {
    // Pipes would be inherited by the server and never close.
    let log = tempfile::tempfile().unwrap();
    let status = command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log.try_clone().unwrap())
        .status()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    if !status.success() {
        let mut text = String::new();
        let mut log = log;
        std::io::Seek::rewind(&mut log).unwrap();
        std::io::Read::read_to_string(&mut log, &mut text).unwrap();
        panic!("{command:?}: {status}\n{text}");
    }
}

fn with_database(url: &str, name: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a PostgreSQL URL");
    let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let host = rest.split('/').next().unwrap_or_default();
    let separator = if parameters.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}/{name}{separator}{parameters}")
}

fn database_name(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

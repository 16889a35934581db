//! A tap on the line between server and PostgreSQL: what goes through is handed on and taken down.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::statement::Script;
use crate::wire::Frontend;

const PORT: u16 = 5432;

/// A tap that is open.
pub(crate) struct Tap {
    address: SocketAddr,
    taken: Arc<Mutex<Script>>,
}

impl Tap {
    /// Opens a tap before the database of a URL.
    pub(crate) async fn open(config: &Config) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let taken = Arc::<Mutex<Script>>::default();
        tokio::spawn(accept(listener, config.clone(), Arc::clone(&taken)));
        Ok(Self { address, taken })
    }

    /// The same URL by way of the tap.
    pub(crate) fn url(&self, config: &Config) -> Result<String> {
        let user = config.get_user().context("the URL names no user")?;
        let database = config.get_dbname().context("the URL names no database")?;
        let password = config.get_password().map(String::from_utf8_lossy);
        let password = password.map_or(String::new(), |password| format!(":{password}"));
        Ok(format!(
            "postgres://{user}{password}@{}/{database}?sslmode=disable",
            self.address
        ))
    }

    /// The statements that went through since the last time.
    pub(crate) fn take(&self) -> Script {
        std::mem::take(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether a URL is one of PostgreSQL.
pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The configuration of a URL as the server reads it: a `host` parameter wins over the host.
pub(crate) fn config(url: &str) -> Result<Config> {
    let parsed: Config = url.parse()?;
    let host = parsed.get_hosts().last().context("the URL names no host")?;
    let mut config = Config::new();
    match host {
        Host::Tcp(name) => config.host(name),
        Host::Unix(path) => config.host_path(path),
    };
    config.port(parsed.get_ports().last().copied().unwrap_or(PORT));
    config.user(parsed.get_user().context("the URL names no user")?);
    config.dbname(parsed.get_dbname().context("the URL names no database")?);
    if let Some(password) = parsed.get_password() {
        config.password(password);
    }
    Ok(config)
}

async fn accept(listener: TcpListener, config: Config, taken: Arc<Mutex<Script>>) {
    while let Ok((client, _)) = listener.accept().await {
        let (config, taken) = (config.clone(), Arc::clone(&taken));
        tokio::spawn(async move {
            // Where a side hangs up, the other hears of it.
            if let Err(error) = connect(client, &config, taken).await {
                eprintln!("the tap is broken: {error:#}");
            }
        });
    }
}

async fn connect(client: TcpStream, config: &Config, taken: Arc<Mutex<Script>>) -> Result<()> {
    client.set_nodelay(true)?;
    let port = config.get_ports().first().copied().unwrap_or(PORT);
    match config.get_hosts().first().context("no host")? {
        Host::Tcp(name) => {
            let database = TcpStream::connect((&**name, port)).await?;
            database.set_nodelay(true)?;
            hand_on(client, database, &taken).await
        }
        Host::Unix(directory) => {
            let path = Path::new(directory).join(format!(".s.PGSQL.{port}"));
            hand_on(client, UnixStream::connect(path).await?, &taken).await
        }
    }
}

async fn hand_on<S>(client: TcpStream, database: S, taken: &Mutex<Script>) -> Result<()>
where
    S: AsyncRead + AsyncWrite,
{
    let (mut answers, mut questions) = tokio::io::split(database);
    let (mut asked, mut answered) = client.into_split();
    let down = async {
        let mut frontend = Frontend::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = asked.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            let statements = frontend.feed(&buffer[..read])?;
            taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(statements);
            questions.write_all(&buffer[..read]).await?;
        }
    };
    tokio::select! {
        ended = down => ended,
        ended = copy(&mut answers, &mut answered) => Ok(ended.map(|_| ())?),
    }
}

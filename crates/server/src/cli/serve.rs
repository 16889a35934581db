//! `serve`: logs to standard error, the address to standard output, a drain on SIGTERM.

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{LogFormat, LogOptions, ServeArgs, ServerConfig, Surroundings};
use crate::start::{self, Server};

/// Serves until SIGTERM or SIGINT.
pub(super) async fn run(args: &ServeArgs) -> Result<()> {
    let config = ServerConfig::load(args, &Surroundings::of_this_process())?;
    log_to_standard_error(config.log);
    let clock = start::clock(&config);
    let server = Server::bind(start::services(config, clock).await?).await?;
    println!("listening http://{}", server.address()?);
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    server.run(stop).await;
    tracing::info!("stopped");
    Ok(())
}

async fn stop_on_signal(stop: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        tracing::error!("signals cannot be caught; the server will not drain");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("draining");
    stop.cancel();
}

fn log_to_standard_error(options: LogOptions) {
    let builder = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::from_level(options.level));
    match options.format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.with_ansi(false).init(),
    }
}

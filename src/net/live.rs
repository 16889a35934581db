//! Keeps the realtime connection: opens it, reads it, and opens it again after a pause that grows.

use std::time::Duration;

use quarterdeck_api::backoff::Backoff;
use quarterdeck_api::problem::Code;
use quarterdeck_api::realtime::{Event, Resource};
use quarterdeck_api::text::Line;
use quarterdeck_client::{CallError, Client, Live, LiveEnd};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep, timeout};

use crate::app::message::{LiveNews, Msg};

/// The server asks more often than this whether we are there: a connection so long silent is dead.
const SILENCE: Duration = Duration::from_mins(1);
/// A connection that has stood so long was a good one: the next pause is the shortest again.
const GOOD: Duration = Duration::from_secs(30);

/// Listens until the session is over or can have no such connection.
pub(super) async fn listen(client: Client, messages: UnboundedSender<Msg>) {
    let mut ear = Ear {
        client,
        messages,
        after: None,
        backoff: Backoff::default(),
    };
    if !ear.client.may_be_live() {
        let why = "this session has no token for it";
        return ear.tell(LiveNews::Off(Line::new(why)));
    }
    while ear.listen_once().await.is_continue() {
        let pause = ear.backoff.next_pause(ear.client.random());
        sleep(pause).await;
    }
}

type Next = std::ops::ControlFlow<()>;

struct Ear {
    client: Client,
    messages: UnboundedSender<Msg>,
    /// The row of the audit log up to which everything was heard.
    after: Option<i64>,
    backoff: Backoff,
}

impl Ear {
    async fn listen_once(&mut self) -> Next {
        match self.client.connect_live(self.after).await {
            Ok(live) => {
                tracing::info!(after = self.after, "live");
                self.hear_out(live).await
            }
            Err(error) => self.refused(error),
        }
    }

    async fn hear_out(&mut self, mut live: Live) -> Next {
        let since = Instant::now();
        let end = loop {
            match timeout(SILENCE, live.next()).await {
                Ok(Ok(Some(frame))) => self.heard(frame.event),
                Ok(Ok(None)) => {}
                Ok(Err(end)) => break end,
                Err(_) => break LiveEnd::Lost(Line::new("the server is silent")),
            }
        };
        if since.elapsed() >= GOOD {
            self.backoff.reset();
        }
        tracing::info!(%end, "not live any more");
        match end {
            LiveEnd::Farewell(farewell) if farewell.ends_session() => {
                self.tell(LiveNews::Over(farewell));
                Next::Break(())
            }
            LiveEnd::Farewell(_) | LiveEnd::Lost(_) | LiveEnd::Unreadable(_) => {
                self.tell(LiveNews::Down(Line::new(&end.to_string())));
                Next::Continue(())
            }
        }
    }

    fn heard(&mut self, event: Event) {
        let seq = match &event {
            Event::Hello(hello) => Some(hello.seq),
            Event::Changed(changed) => Some(changed.seq),
            Event::New(new) if new.resource.is(Resource::Audit) => Some(new.newest),
            Event::New(_) | Event::Freed(_) | Event::Health(_) | Event::Bye(_) | Event::Unknown => {
                None
            }
        };
        self.after = self.after.max(seq);
        self.tell(LiveNews::Heard(event));
    }

    fn refused(&mut self, error: CallError) -> Next {
        tracing::info!(%error, "not live");
        let news = match error {
            CallError::SessionEnded(problem) => LiveNews::SignedOut(problem),
            CallError::Problem(problem)
                if problem.code.is(Code::NotFound) || problem.status == 403 =>
            {
                LiveNews::Off(problem.detail.clone())
            }
            CallError::Problem(_)
            | CallError::Unreachable(_)
            | CallError::Lost(_)
            | CallError::Timeout
            | CallError::TooLarge { .. }
            | CallError::Undecodable { .. } => {
                self.tell(LiveNews::Down(Line::new(&error.to_string())));
                return Next::Continue(());
            }
        };
        self.tell(news);
        Next::Break(())
    }

    fn tell(&self, news: LiveNews) {
        // Nobody listens any more once the console is leaving.
        let _leaving = self.messages.send(Msg::Live(news));
    }
}

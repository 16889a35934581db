//! The WebSocket itself: frames out, a heartbeat, and its end. What is said comes from the room.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use quarterdeck_api::operation::Access;
use quarterdeck_api::realtime::{Bye, Connect, Event, Farewell, MAX_FRAME_BYTES, PROTOCOL};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::claims;
use crate::cluster::bus::{self, Told};
use crate::gate::caller::Standing;
use crate::gate::{Call, Caller, Refusal, Services};
use crate::realtime::{self, Seat};

/// The longest message that a client may send: pings and a goodbye, since it has nothing else to say.
const MOST_HEARD: usize = 1_024;
/// How often the client is asked whether it is there; less than the minute after which proxies hang up.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// A client that has been silent for so long is gone.
const SILENCE: Duration = Duration::from_mins(1);
/// Messages of a client between two heartbeats.
const MOST_MESSAGES: u32 = 100;
/// How long a frame may take to be sent.
const SEND: Duration = Duration::from_secs(5);
/// How long the client's side of a goodbye is waited for.
const GOODBYE: Duration = Duration::from_secs(1);

/// Opens the connection.
pub async fn connect(call: Call<Connect>, upgrade: WebSocketUpgrade) -> Result<Response, Refusal> {
    let caller = call.caller()?;
    let seat = realtime::join(&call.services, caller, call.query.after).await?;
    claims::connected(&call.services, caller.session_id).await;
    let listener = Listener {
        services: Arc::clone(&call.services),
        caller: caller.clone(),
        seat,
    };
    Ok(upgrade
        .protocols([PROTOCOL])
        .max_message_size(MOST_HEARD)
        .max_frame_size(MOST_HEARD)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * MAX_FRAME_BYTES)
        .on_upgrade(move |socket| listen(socket, listener)))
}

struct Listener {
    services: Arc<Services>,
    caller: Caller,
    seat: Seat,
}

/// The client does not answer, or is no longer there.
struct Gone;

async fn listen(mut socket: WebSocket, mut listener: Listener) {
    let gauge = metrics::gauge!("quarterdeck_realtime_connections");
    gauge.increment(1);
    let talked = talk(&mut socket, &mut listener).await;
    if let Ok(farewell) = talked {
        say_goodbye(&mut socket, farewell).await;
    }
    gauge.decrement(1);
    let Listener {
        services,
        caller,
        seat,
    } = listener;
    drop(seat);
    // Those who lose it because the server stops are back soon.
    if !matches!(talked, Ok(Farewell::Restarting)) {
        claims::lost(&services, caller.session_id).await;
    }
}

/// Tells what there is until one side ends it.
async fn talk(socket: &mut WebSocket, listener: &mut Listener) -> Result<Farewell, Gone> {
    for text in std::mem::take(&mut listener.seat.first) {
        listener.send(socket, text_message(text)?).await?;
    }
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Heard::now();
    loop {
        let seat = &mut listener.seat;
        tokio::select! {
            biased;
            changed = seat.place.standing.changed() => {
                if let Some(farewell) = listener.judged(changed.is_err()) {
                    return Ok(farewell);
                }
            }
            received = socket.recv() => {
                if let Some(farewell) = heard.take(received.as_ref())? {
                    return Ok(farewell);
                }
            }
            told = seat.told.recv() => match told {
                Ok(Told::Frame { access, seq, text }) => {
                    if listener.is_told(access, seq) {
                        listener.send(socket, text_message(text)?).await?;
                    }
                }
                Ok(Told::End(farewell)) => return Ok(farewell),
                Err(RecvError::Lagged(_)) => return Ok(Farewell::TooSlow),
                Err(RecvError::Closed) => return Ok(Farewell::Restarting),
            },
            () = seat.health.changed() => {
                if realtime::hears(&listener.caller, Access::Admin) {
                    let health = Event::Health(seat.health.now());
                    listener.send(socket, text_message(bus::text(health))?).await?;
                }
            }
            _ = heartbeat.tick() => {
                heard.begin_anew()?;
                claims::heard(&listener.services, listener.caller.session_id);
                listener.send(socket, Message::Ping(Bytes::new())).await?;
            }
        }
    }
}

impl Listener {
    fn is_told(&self, access: Access, seq: Option<i64>) -> bool {
        seq.is_none_or(|seq| seq > self.seat.seq) && realtime::hears(&self.caller, access)
    }

    /// Takes over what the account may do now, or tells why the connection ends.
    fn judged(&mut self, is_over: bool) -> Option<Farewell> {
        match &*self.seat.place.standing.borrow_and_update() {
            Standing::Good(caller) if !is_over => {
                self.caller.clone_from(caller);
                None
            }
            Standing::Good(_) | Standing::Over => Some(Farewell::Revoked),
            Standing::Banned => Some(Farewell::Banned),
        }
    }

    /// Sends a message in time, unless the session ends meanwhile: who does not read is not waited for.
    async fn send(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), Gone> {
        tokio::select! {
            biased;
            sent = timeout(SEND, socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(Gone),
            },
            () = ended(self.seat.place.standing.clone()) => Err(Gone),
        }
    }
}

async fn ended(mut standing: watch::Receiver<Standing>) {
    let is_over = |standing: &Standing| !matches!(standing, Standing::Good(_));
    // Its sender lives as long as the place.
    let _ = standing.wait_for(is_over).await;
}

/// What the client was heard to say.
struct Heard {
    at: Instant,
    messages: u32,
}

impl Heard {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            messages: 0,
        }
    }

    /// The client answers pings and says goodbye; anything else is none of its business.
    fn take(
        &mut self,
        received: Option<&Result<Message, axum::Error>>,
    ) -> Result<Option<Farewell>, Gone> {
        self.at = Instant::now();
        self.messages += 1;
        match received {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) if self.messages <= MOST_MESSAGES => {
                Ok(None)
            }
            Some(Ok(
                Message::Ping(_) | Message::Pong(_) | Message::Text(_) | Message::Binary(_),
            )) => Ok(Some(Farewell::Refused)),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Gone),
        }
    }

    fn begin_anew(&mut self) -> Result<(), Gone> {
        self.messages = 0;
        if self.at.elapsed() < SILENCE {
            Ok(())
        } else {
            Err(Gone)
        }
    }
}

fn text_message(text: Bytes) -> Result<Message, Gone> {
    Utf8Bytes::try_from(text)
        .map(Message::Text)
        .map_err(|_| Gone)
}

/// Says why, closes, and waits a moment for the other side to have read it.
async fn say_goodbye(socket: &mut WebSocket, farewell: Farewell) {
    let bye = bus::text(Event::Bye(Bye {
        code: farewell.into(),
    }));
    let close = Message::Close(Some(CloseFrame {
        code: farewell.close_code(),
        reason: Utf8Bytes::from_static(farewell.as_str()),
    }));
    let told = async {
        for message in [text_message(bye).ok(), Some(close)].into_iter().flatten() {
            if socket.send(message).await.is_err() {
                return;
            }
        }
        while let Some(Ok(_)) = socket.recv().await {}
    };
    // Whoever has stopped reading is not waited for.
    let _ = timeout(GOODBYE, told).await;
}

//! The client hangs up at every await of the server (P11; security.md F19), and asks again.

use std::time::Duration;

use crate::counts::{Random, times};
use crate::harness::Backend;
use crate::load::Load;
use crate::oracle::{self, Tally};
use crate::proxy::{Cut, Proxy};
use crate::world::world;

const SMALL: usize = 500;
const FULL: usize = 5_000;
/// Calls that an operator makes in a round.
const CALLS: usize = 21;
/// A request has about so many bytes, head and body.
const REQUEST: u64 = 600;
/// A reply has more.
const REPLY: u64 = 300;
/// A call takes about so long, in microseconds, where the machine is busy.
const CALL: u64 = 40_000;

fn cut(random: &mut Random) -> Cut {
    let bytes = |below: u64, random: &mut Random| usize::try_from(random.below(below)).unwrap();
    match random.below(4) {
        0 => Cut::InRequest(1 + bytes(REQUEST, random)),
        1 => Cut::InReply(bytes(REPLY, random)),
        _ => Cut::After(Duration::from_micros(random.below(CALL))),
    }
}

async fn hang_up_at_every_await(backend: Backend) {
    let Some(world) = world(backend).await else {
        return;
    };
    let mut random = Random::of_this_run(&format!("client gone on {backend:?}"));
    let server = world.start();
    let (mut tally, mut calls) = (Tally::default(), 0);
    while calls < times(SMALL, FULL) {
        let remembered = oracle::watermark(&world.database).await;
        let mut cuts = random.fork();
        let proxy = Proxy::start(server.address(), move || cut(&mut cuts)).await;
        let load = Load::start(&world, proxy.address, &mut random, CALLS).await;
        let attempts = load.finish().await;
        calls += attempts.len();
        tally += oracle::nothing_is_lost_or_halved(&world.database, &attempts).await;
        oracle::repeats_do_it_once(&world.database, server.address(), &attempts).await;
        oracle::log_is_whole(&world.database, &remembered).await;
        oracle::database_is_sound(&world.database).await;
    }
    println!("{calls} calls through the cutting proxy on {backend:?}: {tally:?}");
    assert!(
        tally.done_unheard > 0 && tally.not_done > 0,
        "the cuts hit nothing: {tally:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f19_a_client_that_hangs_up_leaves_all_or_nothing_and_its_repeat_doubles_nothing_on_sqlite()
{
    hang_up_at_every_await(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f19_a_client_that_hangs_up_leaves_all_or_nothing_and_its_repeat_doubles_nothing_on_postgresql()
 {
    hang_up_at_every_await(Backend::Postgres).await;
}

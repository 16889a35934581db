//! The oracle itself: what it is there to find, it finds.

use crate::counts::Random;
use crate::harness::Backend;
use crate::load::{Act, Attempt, Load};
use crate::oracle;
use crate::world::world;

/// What would be left of a call on the report `{id}` under the key `{key}` if something were lost, or
/// done twice.
const DAMAGE: [&str; 6] = [
    "UPDATE user_reports SET status = 'pending' WHERE id = {id}",
    "UPDATE user_reports SET status = 'dismissed' WHERE id = {id}",
    "DELETE FROM admin_audit_log WHERE target_id = '{id}'",
    "DELETE FROM admin_action_log WHERE client_request_id = '{key}'",
    "DELETE FROM idempotency_keys WHERE key = '{key}'",
    "INSERT INTO admin_action_log (request_id, client_request_id, method, url, route, ip_address, user_agent, \
     request_body, response, status, duration_ms, created_at) SELECT 'again', client_request_id, method, url, route, \
     ip_address, user_agent, request_body, response, status, duration_ms, created_at FROM admin_action_log \
     WHERE client_request_id = '{key}'",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_halved_or_doubled_is_seen() {
    let world = std::sync::Arc::new(world(Backend::Sqlite).await.unwrap());
    let mut random = Random::of_this_run("the oracle");
    let server = world.start();
    let load = Load::start(&world, server.address(), &mut random, 12).await;
    let attempts = load.finish().await;
    drop(server);
    world.database.allow_tampering().await;
    let tally = oracle::nothing_is_lost_or_halved(&world.database, &attempts).await;
    assert_eq!(tally.acknowledged, attempts.len());
    let mut reports = attempts
        .iter()
        .filter(|attempt| attempt.call.change.act == Act::Resolve);
    for damage in DAMAGE {
        let attempt: Attempt = reports.next().unwrap().clone();
        let statement = damage
            .replace("{id}", &attempt.call.change.first.to_string())
            .replace("{key}", &attempt.call.key);
        world.database.execute(&statement).await;
        let beside = std::sync::Arc::clone(&world);
        let asked = tokio::spawn(async move {
            oracle::nothing_is_lost_or_halved(&beside.database, &[attempt]).await
        });
        assert!(asked.await.unwrap_err().is_panic(), "not seen: {damage}");
    }
}

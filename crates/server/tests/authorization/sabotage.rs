//! A matrix that cannot fail proves nothing: with any one check left out of the gate, every cell of the
//! table that this check answers must come out wrong (security.md P4).
//!
//! Only refusals are tried, each against a server without the check that it is owed to. That is every mutant
//! of (check, operation), because a cell is a caller and an operation of its own.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_server::gate::{Check, Checks};

use super::callers::{Caller, Kind};
use super::{Answer, Expected, differences, narrow, table};
use crate::harness::{Backend, TestDatabase, TestServer};

/// The check that a refusal of the table is owed to; none where the operation itself refuses.
fn owed_to(kind: Kind, answer: &Answer) -> Option<Check> {
    Some(match (answer.code.as_deref()?, kind) {
        ("rate_limited", Kind::OutOfBudget) => Check::GroupBudget,
        ("rate_limited", _) => Check::Throttle,
        ("origin_mismatch", _) => Check::Origin,
        ("api_key_not_allowed", _) => Check::ApiKey,
        ("token_invalid", Kind::UnknownToken) => Check::Token,
        // Whose second factor is enrolled already, by whatever way they came in; and the provider's token, which is no
        // socket token, and without the check of tokens would never be exchanged.
        ("duplicate", _) | ("token_invalid", Kind::OidcWithMfa | Kind::OidcWithoutMfa) => {
            return None;
        }
        ("missing_authorization" | "token_invalid", _) => Check::Credential,
        ("session_revoked", Kind::RevokedSession) => Check::Session,
        ("session_revoked", _) => Check::Account,
        ("token_expired", _) => Check::Expiry,
        ("platform_admin_required", _) => Check::PlatformAdmin,
        ("mfa_enrollment_required", _) => Check::SecondFactor,
        ("permission_denied", _) => Check::Permission,
        ("superadmin_required", _) => Check::SuperAdmin,
        ("otp_required", _) => Check::OneTimeCode,
        (code, kind) => panic!("which check answers {code} to {}?", kind.name()),
    })
}

/// The refusals of the table by the check that they are owed to.
fn refusals(table: &BTreeMap<String, Expected>) -> BTreeMap<Check, Vec<(&str, Kind)>> {
    let mut refusals: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, expected) in table {
        for kind in Kind::ALL {
            let answer = expected.answers.get(kind.name());
            if let Some(check) = answer.and_then(|answer| owed_to(*kind, answer)) {
                refusals
                    .entry(check)
                    .or_default()
                    .push((id.as_str(), *kind));
            }
        }
    }
    refusals
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p4_whichever_check_is_left_out_the_matrix_notices_on_every_operation() {
    let table = table();
    let refusals = refusals(&table);
    let tried: BTreeSet<_> = refusals.keys().copied().collect();
    assert_eq!(
        tried,
        Check::ALL.iter().copied().collect(),
        "every check answers somebody"
    );
    let mut mutants = 0;
    for (check, cells) in refusals {
        let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
        let server = TestServer::start_sabotaged(database, Checks::without(check), narrow).await;
        for (id, kind) in cells {
            let expected = &table[id];
            for caller in Caller::of_kind(&server, kind, &expected.permissions).await {
                let differences = differences(&server, id, &caller, expected).await;
                assert!(
                    !differences.is_empty(),
                    "nobody notices {id} by {caller} without {check:?}"
                );
                mutants += 1;
            }
        }
    }
    eprintln!("{mutants} sabotaged cells, all noticed");
}

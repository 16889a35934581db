//! A session that several clients share, each as if in a process of its own.

use std::io;
use std::sync::{Arc, Mutex};

use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::SessionTokens;
use quarterdeck_client::{Client, KeeperTurn, SessionKeeper};

use super::scripted::{ScriptedServer, Then};
use super::{client, expired_first, list, tokens};

/// What is kept, where a file would be.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Option<SessionTokens>>>);

impl SessionKeeper for Shelf {
    fn turn(&self) -> io::Result<Box<dyn KeeperTurn>> {
        Ok(Box::new(self.clone()))
    }
}

impl KeeperTurn for Shelf {
    fn kept(&self) -> io::Result<Option<SessionTokens>> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn keep(&mut self, tokens: &SessionTokens) -> io::Result<()> {
        *self.0.lock().unwrap() = Some(tokens.clone());
        Ok(())
    }

    fn forget(&mut self) -> io::Result<()> {
        *self.0.lock().unwrap() = None;
        Ok(())
    }
}

fn sharing(server: &ScriptedServer, shelf: &Shelf) -> Client {
    let client = client(server);
    client.resume_kept(tokens(1), Arc::new(shelf.clone()));
    client
}

#[tokio::test]
async fn what_another_process_has_renewed_is_taken_over_and_not_renewed_again() {
    let server = ScriptedServer::start(expired_first).await;
    let mut shelf = Shelf::default();
    shelf.keep(&tokens(1)).unwrap();
    let (first, second) = (sharing(&server, &shelf), sharing(&server, &shelf));
    list(&first).await.unwrap();
    assert_eq!(shelf.kept().unwrap(), Some(tokens(2)));
    list(&second).await.unwrap();
    assert_eq!(server.count("/api/v1/auth/refresh"), 1);
}

#[tokio::test]
async fn a_session_that_is_over_is_kept_no_longer() {
    let server = ScriptedServer::start(|request| match request.target.as_str() {
        "/api/v1/auth/refresh" => Then::problem(Code::SessionRevoked),
        _ => Then::problem(Code::TokenExpired),
    })
    .await;
    let mut shelf = Shelf::default();
    shelf.keep(&tokens(1)).unwrap();
    let client = sharing(&server, &shelf);
    list(&client).await.unwrap_err();
    assert_eq!(shelf.kept().unwrap(), None);
    assert!(!client.has_session());
}

#[tokio::test]
async fn signing_in_anew_is_not_kept_unless_that_is_asked_for() {
    let server = ScriptedServer::start(expired_first).await;
    let mut shelf = Shelf::default();
    shelf.keep(&tokens(7)).unwrap();
    let client = sharing(&server, &shelf);
    client.resume(tokens(1));
    list(&client).await.unwrap();
    assert_eq!(shelf.kept().unwrap(), Some(tokens(7)));
    client.keep_with(Arc::new(shelf.clone())).await.unwrap();
    assert_eq!(shelf.kept().unwrap(), Some(tokens(2)));
}

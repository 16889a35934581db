//! Mail by a mail server.

use std::sync::Arc;

use chrono::TimeDelta;
use quarterdeck_server::config::{SecretSource, Security, ServerConfig, SmtpServer};
use quarterdeck_server::mail;
use secrecy::SecretString;

use super::sink::{Mood, Sink};
use super::{Root, outbox, send_due, token};
use crate::harness::{TestServer, on_both, until};

const EMAIL: &str = "ana@ops.example";

fn by(sink: &Sink, security: Security) -> impl FnOnce(&mut ServerConfig) + use<> {
    let port = sink.address.port();
    move |config| {
        config.mail.smtp = Some(SmtpServer {
            host: "127.0.0.1".to_owned(),
            port,
            security,
        });
    }
}

on_both! {
    async fn s001_19_a_mail_server_takes_the_letter_from_who_signs_in(database: TestDatabase) {
        let sink = Sink::start(Mood::Takes).await;
        let configured = by(&sink, Security::Loopback);
        let server = TestServer::start_with(database, |config| {
            configured(config);
            config.mail.user = Some("quarterdeck".to_owned());
            let text = SecretString::from("open sesame");
            config.mail.password = Some(SecretSource::Variable { name: "the test".to_owned(), text });
        }).await;
        Root::of(&server).await.creates(&server, EMAIL).await;
        assert_eq!(send_due(&server).await, 1);
        let seen = sink.seen();
        // "\0quarterdeck\0open sesame" in base 64.
        assert!(seen.commands.contains(&"AUTH PLAIN AHF1YXJ0ZXJkZWNrAG9wZW4gc2VzYW1l".to_owned()), "{seen:?}");
        assert!(seen.commands.iter().any(|line| line.starts_with("RCPT TO:<ana@ops.example>")), "{seen:?}");
        assert_eq!(seen.letters.len(), 1);
        token(&seen.letters[0]);
        assert_eq!(outbox(&server).await, ["sent 1 -"]);
    }

    async fn s001_19_an_address_that_is_refused_fails_at_once_and_holds_up_no_other(database: TestDatabase) {
        let sink = Sink::start(Mood::KnowsNobody).await;
        let server = TestServer::start_with(database, by(&sink, Security::Loopback)).await;
        let root = Root::of(&server).await;
        root.creates(&server, EMAIL).await;
        assert_eq!(send_due(&server).await, 0);
        let [failed] = outbox(&server).await.try_into().unwrap();
        assert!(failed.starts_with("failed 1 ") && failed.contains("no such user here"), "{failed}");
        sink.becomes(Mood::Takes);
        root.creates(&server, "omar@ops.example").await;
        assert_eq!(send_due(&server).await, 1);
        server.advance(TimeDelta::hours(2));
        assert_eq!(send_due(&server).await, 0, "what failed is not tried again by itself");
        mail::tell_of_backlog(&server.services).await.unwrap();
        let metrics = server.get("/metrics").send().await.text;
        assert!(metrics.contains("quarterdeck_mails{status=\"failed\"}"), "{metrics}");
    }

    async fn a_mail_server_that_is_busy_is_asked_again_later_each_time_and_not_for_ever(database: TestDatabase) {
        let sink = Sink::start(Mood::IsBusy).await;
        let server = TestServer::start_with(database, by(&sink, Security::Loopback)).await;
        let root = Root::of(&server).await;
        root.creates(&server, EMAIL).await;
        send_due(&server).await;
        send_due(&server).await;
        let [waiting] = outbox(&server).await.try_into().unwrap();
        assert!(waiting.starts_with("queued 1 ") && waiting.contains("come again"), "{waiting}");
        server.advance(TimeDelta::seconds(30));
        send_due(&server).await;
        server.advance(TimeDelta::seconds(59));
        send_due(&server).await;
        assert!(outbox(&server).await[0].starts_with("queued 2 "), "twice as long each time");
        for _ in 0..11 {
            server.advance(TimeDelta::hours(1));
            send_due(&server).await;
        }
        assert!(outbox(&server).await[0].starts_with("failed 12 "));
        assert!(sink.seen().letters.is_empty());
    }

    async fn a_mail_server_that_is_away_loses_nothing(database: TestDatabase) {
        let sink = Sink::start(Mood::Takes).await;
        let configured = by(&sink, Security::Loopback);
        let gone = sink.address;
        drop(sink);
        let server = TestServer::start_with(database, configured).await;
        until("the port is free", async || tokio::net::TcpStream::connect(gone).await.err()).await;
        Root::of(&server).await.creates(&server, EMAIL).await;
        assert_eq!(send_due(&server).await, 0);
        assert!(outbox(&server).await[0].starts_with("queued 1 "));
        // What nobody can use any more is not sent either.
        server.advance(TimeDelta::hours(24));
        send_due(&server).await;
        assert_eq!(outbox(&server).await, ["failed 2 it was not sent before what it says was of no use"]);
        assert_eq!(server.database.texts("SELECT body FROM mail_outbox").await, [""]);
    }

    async fn whoever_dies_while_sending_is_stood_in_for_after_a_while(database: TestDatabase) {
        let sink = Sink::start(Mood::Stalls).await;
        let server = TestServer::start_with(database, by(&sink, Security::Loopback)).await;
        Root::of(&server).await.creates(&server, EMAIL).await;
        let services = Arc::clone(&server.services);
        let sending = tokio::spawn(async move { mail::send_due(&services).await });
        until("the letter is there", async || (sink.seen().letters.len() == 1).then_some(())).await;
        sending.abort();
        assert!(sending.await.is_err());
        sink.becomes(Mood::Takes);
        assert_eq!(outbox(&server).await, ["queued 1 -"]);
        assert_eq!(send_due(&server).await, 0, "somebody may be at it");
        server.advance(TimeDelta::minutes(2));
        assert_eq!(send_due(&server).await, 1);
        // The same letter: who gets it twice can tell.
        let letters = sink.seen().letters;
        let id = |letter: &String| letter.lines().find(|line| line.starts_with("Message-ID: ")).map(str::to_owned);
        assert_eq!((id(&letters[0]), letters.len()), (id(&letters[1]), 2));
        assert!(id(&letters[0]).is_some());
        assert_eq!(outbox(&server).await, ["sent 2 -"]);
    }

    async fn a_server_that_offers_no_tls_is_told_nothing(database: TestDatabase) {
        let sink = Sink::start(Mood::Takes).await;
        let server = TestServer::start_with(database, by(&sink, Security::StartTls)).await;
        Root::of(&server).await.creates(&server, EMAIL).await;
        assert_eq!(send_due(&server).await, 0);
        let seen = sink.seen();
        let says = |word: &str| seen.commands.iter().any(|line| line.starts_with(word));
        assert!(says("EHLO") && !says("MAIL") && !says("AUTH") && seen.letters.is_empty(), "{seen:?}");
        assert!(outbox(&server).await[0].starts_with("queued 1 "));
    }
}

//! The emulator stays on this machine, its grants stay with it (25).

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

use mailgrant_acceptance::{REDIRECT_URI, consent};
use mailgrant_core::{
    Adopted, AnyClient, AuthorizationCode, Callback, Client, ClientCredentials, ErrorKind, Expiry, Implicit,
    PendingAuthorization, TokenRecord, testing::MockTransport,
};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};
use mailgrant_manager::Manager;

use crate::service::{Service, credentials, emulator, opened};

#[tokio::test]
async fn security_25_the_emulator_listens_on_loopback_alone() {
    let emulator = emulator().await;
    let address = emulator.url();
    let port = address.strip_prefix("http://127.0.0.1:").unwrap().parse::<u16>().unwrap();
    drop(TcpStream::connect(("127.0.0.1", port)).unwrap());
    // Whoever listens on all of a machine's addresses is there too.
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err());
    assert!(TcpStream::connect(("::1", port)).is_err());
    for url in [emulator.authorize_url(), emulator.token_url(), emulator.api_url()] {
        assert!(url.starts_with(&format!("{address}/")), "{url}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_25_no_name_but_loopback_s_own_reaches_it() {
    let emulator = emulator().await;
    let host = emulator.url().strip_prefix("http://").unwrap().to_owned();
    let status = |name: &str, path: &str, more: &str| -> u16 {
        let mut stream = TcpStream::connect(&host).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n{more}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    };
    let knob = "/_emulator/counters";
    assert_eq!(status(&host, knob, ""), 200);
    let port = host.split(':').nth(1).unwrap();
    for name in ["evil.example", &format!("evil.example:{port}"), &format!("127.0.0.1.evil.example:{port}")] {
        assert_eq!(status(name, knob, ""), 421, "{name}: a page on a name that leads here");
    }
    assert_eq!(status(&host, knob, "Origin: http://evil.example\r\n"), 403);
}

/// A client that must not send anything.
fn production(provider: GetResponse) -> Client<GetResponse> {
    let mut transport = MockTransport::new();
    transport.expect_send().never();
    Client::builder(provider, credentials(), Arc::new(transport)).build().unwrap()
}

fn all_of_production() -> [Client<GetResponse>; 3] {
    let panel = PanelDomain::parse("custom-domain.getresponse360.com").unwrap();
    [GetResponse::retail(), GetResponse::max(&panel, Region::Com), GetResponse::max(&panel, Region::Pl)].map(production)
}

/// A record of each grant, from one emulator.
async fn records(client: &Client<GetResponse>) -> [TokenRecord; 4] {
    let login = client.begin(AuthorizationCode::registered());
    let address = consent(login.authorize_url().as_str()).await.unwrap();
    let code = login.receive(Callback::parse(&address).unwrap()).unwrap().exchange().await.unwrap();
    let login = client.begin(Implicit::returning_to(REDIRECT_URI).unwrap());
    let address = consent(login.authorize_url().as_str()).await.unwrap();
    let implicit = login.receive(Callback::parse(&address).unwrap()).unwrap();
    let own = client.begin(ClientCredentials).obtain().await.unwrap();
    let adopted = client.adopt("a-token".to_owned().into(), None).unwrap();
    [code.into_record(), implicit.into_record(), own.into_record(), adopted.into_record()]
}

#[tokio::test]
async fn security_25_its_environment_is_in_every_record() {
    let service = Service::new().await;
    for record in records(&service.client).await {
        let kept = TokenRecord::decode(opened(&record.encode())).unwrap();
        for record in [record, kept] {
            assert!(record.identity().environment.contains(&service.emulator.token_url()), "{record:?}");
            assert!(record.identity().environment.contains("127.0.0.1"), "{record:?}");
        }
    }
    let pending = service.client.begin(AuthorizationCode::registered()).into_pending();
    let pending = PendingAuthorization::decode(opened(&pending.encode())).unwrap();
    assert!(pending.identity().environment.contains("127.0.0.1"));
    service.connected().await;
    let row = service.vault.store().load(&service.key).await.unwrap().unwrap();
    assert!(row.environment.contains("127.0.0.1"), "in clear as well, for whoever looks at the table");
}

#[tokio::test]
async fn security_25_a_production_client_refuses_its_records() {
    let service = Service::new().await;
    let [code, implicit, own, adopted] = records(&service.client).await;
    for client in all_of_production() {
        let refused = [
            client.restore::<AuthorizationCode>(code.clone()).err(),
            client.restore::<Implicit>(implicit.clone()).err(),
            client.restore::<ClientCredentials>(own.clone()).err(),
            client.restore::<Adopted>(adopted.clone()).err(),
            client.bearer(&code, Expiry::Unknown, 1).err(),
            client
                .resume::<AuthorizationCode>(service.client.begin(AuthorizationCode::registered()).into_pending())
                .err(),
        ];
        for refused in refused {
            let refused = refused.unwrap();
            assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "environment_mismatch"));
        }
        // Nor is its refresh token sent.
        let permit = client.budget().permit().unwrap();
        let outcome = client.refresh(permit, &code).await;
        assert!(matches!(outcome, mailgrant_core::Outcome::Untouched(_)), "{outcome:?}");
    }
}

#[tokio::test]
async fn security_25_a_production_manager_refuses_its_rows() {
    let service = Service::new().await;
    service.connected().await;
    let production = all_of_production().into_iter();
    let manager = production.fold(Manager::builder(service.vault.clone()), |builder, client| builder.client(client));
    let account = manager.build().account(&service.key);
    for refused in [account.token().await, account.refresh().await] {
        let refused = refused.unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "client_unknown"));
    }
    let row = service.vault.store().load(&service.key).await.unwrap().unwrap();
    assert_eq!(row.version.get(), 1, "it is left as it is");
}

/// An emulator's token is no production's, and the other way round.
#[tokio::test]
async fn security_25_one_emulator_s_records_are_no_other_s() {
    let service = Service::new().await;
    let other = crate::service::client(&emulator().await, &service.host);
    let [code, ..] = records(&service.client).await;
    assert_eq!(other.restore::<AuthorizationCode>(code).unwrap_err().code(), "environment_mismatch");
}

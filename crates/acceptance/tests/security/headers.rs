//! The headers of an environment: what they may hold, what binds them to a grant (20, 21).

use mailgrant_acceptance::{REDIRECT_URI, emulator};
use mailgrant_core::{
    AuthorizationCode, Client, ClientCredentials, Endpoints, ErrorKind, Provider, TokenRecord, http::Method,
};
use mailgrant_emulator::{App, Emulator, Settings};
use mailgrant_getresponse::{GetResponse, PanelDomain, Region};

use crate::service::{ID, SECRET, credentials};

const PANEL: &str = "custom-domain.getresponse360.com";

fn panel(domain: &str) -> PanelDomain {
    PanelDomain::parse(domain).unwrap()
}

#[test]
fn security_21_x_domain_is_a_lower_case_host_name() {
    for (what, bad) in [
        ("nothing", ""),
        ("a scheme", "https://custom-domain.getresponse360.com"),
        ("a scheme-relative name", "//custom-domain.getresponse360.com"),
        ("a port", "custom-domain.getresponse360.com:443"),
        ("a path", "custom-domain.getresponse360.com/x"),
        ("a user", "user@custom-domain.getresponse360.com"),
        ("an upper-case letter", "Custom-domain.getresponse360.com"),
        ("www.", "www.custom-domain.getresponse360.com"),
        ("an IPv4 address", "10.0.0.1"),
        ("an IPv4 address in one number", "167772161"),
        ("an IPv6 address", "[::1]"),
        ("one label", "localhost"),
        ("an underscore", "custom_domain.getresponse360.com"),
        ("a space", "custom domain.getresponse360.com"),
        ("a control character", "custom-domain.getresponse360.com\r\nX-Evil: y"),
        ("a NUL", "custom-domain.getresponse360.com\0"),
        ("a letter that only looks like one", "сustom-domain.getresponse360.com"),
        ("a dot at its end", "custom-domain.getresponse360.com."),
        ("an empty label", "custom-domain..getresponse360.com"),
        ("a hyphen at a label's edge", "-custom.getresponse360.com"),
    ] {
        let refused = PanelDomain::parse(bad).unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "panel_domain_invalid"), "{what}");
    }
    assert_eq!(panel(PANEL).as_str(), PANEL);
}

#[test]
fn security_21_x_parent_login_refuses_control_characters() {
    for bad in ["", "a\r\nX-Evil: y", "a\n", "a\tb", "a\0", "a\u{7f}", "a\u{85}", "a b", "ä@a.example"] {
        let refused = GetResponse::retail().for_parent_login(bad).unwrap_err();
        assert_eq!((refused.kind(), refused.code()), (ErrorKind::Configuration, "parent_login_invalid"), "{bad:?}");
    }
    assert!(GetResponse::retail().for_parent_login("parent@a.example").is_ok());
}

fn served(emulator: &Emulator, provider: GetResponse) -> Client<GetResponse> {
    let endpoints = Endpoints::parse(&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url()).unwrap();
    Client::new(provider.served_at(endpoints), credentials()).unwrap()
}

async fn max_emulator() -> Emulator {
    let emulator = emulator(Settings::default()).await.unwrap();
    emulator.add_app(App::new(ID, SECRET).redirect_uri(REDIRECT_URI).max(PANEL));
    emulator
}

#[tokio::test]
async fn security_21_both_headers_are_bound_to_the_record() {
    let emulator = max_emulator().await;
    let max = |domain: &str| GetResponse::max(&panel(domain), Region::Com);
    let parent = |login: &str| max(PANEL).for_parent_login(login).unwrap();
    let mine = served(&emulator, parent("parent@a.example"));
    let record: TokenRecord = mine.begin(ClientCredentials).obtain().await.unwrap().into_record();
    for (what, provider) in [
        ("no parent login", max(PANEL)),
        ("another parent login", parent("other@a.example")),
        ("another panel", max("other.getresponse360.com").for_parent_login("parent@a.example").unwrap()),
        ("another region", GetResponse::max(&panel(PANEL), Region::Pl).for_parent_login("parent@a.example").unwrap()),
        ("retail", GetResponse::retail().for_parent_login("parent@a.example").unwrap()),
    ] {
        let refused = served(&emulator, provider).restore::<ClientCredentials>(record.clone()).unwrap_err();
        assert_eq!(refused.code(), "environment_mismatch", "{what}");
    }
    let mailgrant_core::Standing::Live(session) = mine.restore::<ClientCredentials>(record).unwrap() else {
        panic!("it is live")
    };
    mine.send(session.bearer().request(Method::GET, "/accounts").unwrap()).await.unwrap();
    let (asked, called) = (emulator.last_token_request().unwrap(), emulator.last_api_request().unwrap());
    assert_eq!((asked.header("x-domain"), called.header("x-domain")), (Some(PANEL), Some(PANEL)));
    assert_eq!(called.header("x-parent-login"), Some("parent@a.example"));
}

#[tokio::test]
async fn security_20_a_panel_domain_comes_from_the_operator_alone() {
    let emulator = max_emulator().await;
    let client = served(&emulator, GetResponse::max(&panel(PANEL), Region::Com));
    // The customer's browser is sent to the operator's panel, the API is one of two hosts.
    let profile = GetResponse::max(&panel(PANEL), Region::Com).profile().clone();
    assert_eq!(profile.endpoints.authorize.as_str(), format!("https://{PANEL}/oauth2_authorize.html"));
    for (region, host) in [(Region::Com, "api3.getresponse360.com"), (Region::Pl, "api3.getresponse360.pl")] {
        let endpoints = GetResponse::max(&panel("evil.example"), region).profile().endpoints.clone();
        assert_eq!(endpoints.token.as_str(), format!("https://{host}/v3/token"));
        assert_eq!(endpoints.api.as_str(), format!("https://{host}/v3"));
    }
    // A callback that names another panel changes nothing.
    let login = client.begin(AuthorizationCode::registered());
    let address = mailgrant_acceptance::consent(login.authorize_url().as_str()).await.unwrap();
    let named = format!("{address}&domain=evil.example&panel=evil.example&x-domain=evil.example&X-Domain=evil.example");
    let callback = mailgrant_core::Callback::parse(&named).unwrap();
    drop(login.receive(callback).unwrap().exchange().await.unwrap());
    let asked = emulator.last_token_request().unwrap();
    assert_eq!(asked.header("x-domain"), Some(PANEL));
    assert!(!format!("{asked:?}").contains("evil"), "{asked:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn security_21_the_binary_refuses_them_before_anything_is_sent() {
    let home = crate::binary::Home::new().await;
    for args in [
        &["--max-domain", "https://a.example", "--max-region", "com"][..],
        &["--max-domain", "www.a.example", "--max-region", "com"],
        &["--max-domain", "a.example:443", "--max-region", "pl"],
        &["--max-domain", "10.0.0.1", "--max-region", "pl"],
        &["--max-domain", "A.example", "--max-region", "pl"],
        &["--parent-login", "a\r\nX-Evil: y"],
    ] {
        let done: crate::binary::Done = home.connect(args).output().unwrap().into();
        assert_eq!((done.code, &*done.stdout), (5, ""), "{args:?}: {done:?}");
    }
}

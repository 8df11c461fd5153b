//! How an app says who it is.

use mailgrant_emulator::{App, Emulator};

use crate::rig::{CALLBACK, FORM, Rig, basic, form, parameter};

const OWN: (&str, &str) = ("grant_type", "client_credentials");
const ID: &str = "my:app+1 %&é";
const SECRET: &str = "s:e+c r%e&t=";

async fn odd() -> Rig {
    let app = App::new(ID, SECRET).redirect_uri(CALLBACK);
    let emulator = Emulator::builder().app(app).start().await.unwrap();
    Rig { emulator }
}

async fn with_basic(rig: &Rig, userpass: &str, fields: &[(&str, &str)]) -> u16 {
    let basic = basic(userpass);
    let headers = [("Authorization", basic.as_str()), FORM];
    let answer = rig.send("POST", "/v3/token", &headers, &form(fields)).await;
    answer.unwrap().status
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn basic_may_be_raw_or_encoded() {
    let rig = odd().await;
    let raw = format!("{ID}:{SECRET}");
    assert_eq!(with_basic(&rig, &raw, &[OWN]).await, 200);
    let encoded = format!("{}:{}", encoded(ID), encoded(SECRET));
    assert_eq!(with_basic(&rig, &encoded, &[OWN]).await, 200);
    let percent = encoded.replace('+', "%20");
    assert_eq!(with_basic(&rig, &percent, &[OWN]).await, 200);
    assert_eq!(with_basic(&rig, &format!("{raw}x"), &[OWN]).await, 400);
}

#[tokio::test]
async fn the_body_may_name_the_app() {
    let rig = odd().await;
    let fields = [OWN, ("client_id", ID), ("client_secret", SECRET)];
    let sent = rig.send("POST", "/v3/token", &[FORM], &form(&fields)).await;
    assert_eq!(sent.unwrap().status, 200);
    let nobody = rig.send("POST", "/v3/token", &[FORM], &form(&[OWN])).await;
    assert_eq!(nobody.unwrap().json()["error_description"], "Client credentials were not found in the headers or body");
}

#[tokio::test]
async fn a_wrong_basic_is_not_healed_by_a_right_body() {
    let rig = odd().await;
    let fields = [OWN, ("client_id", ID), ("client_secret", SECRET)];
    assert_eq!(with_basic(&rig, "x:y", &fields).await, 400);
    let wrong = [OWN, ("client_id", ID), ("client_secret", "wrong")];
    assert_eq!(with_basic(&rig, &format!("{ID}:{SECRET}"), &wrong).await, 200);
}

#[tokio::test]
async fn any_client_is_welcome_when_told() {
    let rig = Rig::with(|settings| settings.any_client = true).await;
    let id = "never:seen+before";
    let path = |uri: &str| {
        let query = form(&[("response_type", "code"), ("client_id", id), ("redirect_uri", uri)]);
        format!("/oauth2_authorize.html?{query}")
    };
    let away = rig.get(&path("https://example.com/")).await;
    assert_eq!((away.status, away.error().as_str()), (400, "redirect_uri_mismatch"));
    let nowhere = rig.get(&path("")).await;
    assert_eq!(nowhere.status, 400);
    assert!(nowhere.body.contains("no redirect URI registered"));

    for userpass in ["never:seen+before:x", "never%3Aseen%2Bbefore:x"] {
        let callback = rig.get(&path(CALLBACK)).await.callback();
        let code = parameter(&callback, "code").unwrap();
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
        assert_eq!(with_basic(&rig, userpass, &fields).await, 200);
    }
    assert_eq!(with_basic(&rig, "app:wrong", &[OWN]).await, 400);
}

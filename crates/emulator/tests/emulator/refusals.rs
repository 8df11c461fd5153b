//! Refusals at the token endpoint, in both shapes.

use std::time::Duration;

use mailgrant_emulator::Errors;

use crate::rig::{FORM, Rig, basic, form};

const CODE: (&str, &str) = ("grant_type", "authorization_code");
const REFRESH: (&str, &str) = ("grant_type", "refresh_token");

/// The fields sent, then the error with its description.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

#[tokio::test]
async fn refusals_are_those_of_the_reference_server() {
    let rig = Rig::new().await;
    let cases: [Case<'_>; 7] = [
        (&[], "invalid_request", "The grant type was not specified in the request"),
        (&[("grant_type", "x")], "unsupported_grant_type", "Grant type \"x\" not supported"),
        (&[CODE], "invalid_request", "Missing parameter: \"code\" is required"),
        (&[CODE, ("code", "x")], "invalid_grant", "Authorization code doesn't exist or is invalid for the client"),
        (&[REFRESH], "invalid_request", "Missing parameter: \"refresh_token\" is required"),
        (&[REFRESH, ("refresh_token", "x")], "invalid_grant", "Invalid refresh token"),
        (
            &[("grant_type", "client_credentials"), ("scope", "all")],
            "invalid_scope",
            "An unsupported scope was requested",
        ),
    ];
    for (fields, error, description) in cases {
        let answer = rig.token(fields).await.unwrap();
        assert_eq!(answer.status, 400);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.error(), error);
        assert_eq!(answer.json()["error_description"], description);
    }
    assert_eq!(rig.emulator.counters().refusals, 7);
}

#[tokio::test]
async fn codes_are_refused_when_used_expired_or_foreign() {
    let rig = Rig::new().await;
    let code = rig.code().await;
    let other = basic("other:secret");
    let foreign = rig
        .send("POST", "/v3/token", &[("Authorization", &other), FORM], &form(&[CODE, ("code", &code)]))
        .await
        .unwrap();
    assert_eq!(foreign.error(), "invalid_grant");
    assert_eq!(rig.exchange(&code).await.unwrap().status, 200);
    assert_eq!(rig.exchange(&code).await.unwrap().error(), "invalid_grant");
    assert_eq!(rig.emulator.counters().reused_codes, 1);

    let late = rig.code().await;
    rig.emulator.advance(Duration::from_secs(600));
    let expired = rig.exchange(&late).await.unwrap().json();
    assert_eq!(expired["error_description"], "The authorization code has expired");
}

#[tokio::test]
async fn envelopes_are_getresponses_own() {
    let rig = Rig::with(|settings| settings.errors = Errors::Envelope).await;
    let dead = rig.refresh("x").await.unwrap();
    assert_eq!(dead.status, 401);
    assert_eq!(
        dead.body,
        concat!(
            r#"{"httpStatus":401,"code":1014,"#,
            r#""codeDescription":"Problem during authentication process, check headers!","#,
            r#""message":"Invalid refresh token","#,
            r#""moreInfo":"https://apidocs.getresponse.com/en/v3/errors/1014","context":{}}"#
        )
    );
    let wrong = basic("app:wrong");
    let headers = [("Authorization", wrong.as_str()), FORM];
    let body = form(&[REFRESH, ("refresh_token", "x")]);
    let stranger = rig.send("POST", "/v3/token", &headers, &body).await.unwrap();
    assert_eq!(stranger.json()["code"], 1014);
    assert_eq!(
        stranger.json()["message"],
        "Unable to authenticate request. Check credentials or authentication method details"
    );
    let invalid = rig.token(&[]).await.unwrap();
    assert_eq!((invalid.status, &invalid.json()["code"]), (400, &1000.into()));
}

#[tokio::test]
async fn envelopes_vary_where_the_live_service_does() {
    let rig = Rig::with(|settings| {
        settings.errors = Errors::Envelope;
        settings.envelope_status = 400;
        settings.context_as_list = true;
        settings.uuid_present = true;
    })
    .await;
    let dead = rig.refresh("x").await.unwrap();
    let json = dead.json();
    assert_eq!((dead.status, &json["httpStatus"]), (400, &400.into()));
    assert!(json["context"].as_array().unwrap().is_empty());
    assert_eq!(json["uuid"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn other_methods_are_told_so() {
    let rig = Rig::new().await;
    let get = rig.get("/v3/token").await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST, OPTIONS")));
    let options = rig.send("OPTIONS", "/v3/token", &[], "").await.unwrap();
    assert_eq!((options.status, options.body.as_str()), (200, ""));
    assert_eq!(rig.emulator.counters().token_requests, 0);
}

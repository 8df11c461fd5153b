//! What each kind of callback is worth.

use super::*;

fn profile(issuer: Option<&str>) -> Profile {
    let at = "https://login.example";
    let endpoints = crate::Endpoints::parse(&format!("{at}/authorize"), &format!("{at}/token"), at).unwrap();
    let mut profile = Profile::new("test", endpoints);
    profile.issuer = issuer.map(Into::into);
    profile
}

/// RFC 9207 §2.4 leaves an issuer that nobody announced to the client: it has to be where the customer was sent.
#[test]
fn an_issuer_that_nobody_announced_has_to_be_where_the_customer_was_sent() {
    let expected = CsrfState::from_secret("S".to_owned().into());
    for (issuer, good) in [
        ("https://login.example", true),
        ("https://login.example/tenant", true),
        ("http://login.example", false),
        ("https://login.example:444", false),
        ("https://evil.example", false),
        ("login.example", false),
        ("", false),
    ] {
        let callback = Callback::parse(&format!("code=c&state=S&iss={issuer}")).unwrap();
        assert_eq!(callback.judge_code(Some(&expected), &profile(None), None).is_ok(), good, "{issuer}");
    }
}

#[test]
fn an_issuer_that_was_announced_is_named_in_every_callback() {
    for (text, expected) in [
        ("code=c&state=S&iss=https%3A%2F%2Fissuer.example", "good"),
        ("code=c&state=S&iss=https%3A%2F%2Fissuer.example%2F", "issuer_mismatch"),
        ("code=c&state=S&iss=https%3A%2F%2Flogin.example", "issuer_mismatch"),
        ("code=c&state=S", "issuer_missing"),
        ("error=access_denied&state=S", "issuer_missing"),
    ] {
        let state = CsrfState::from_secret("S".to_owned().into());
        let judged =
            Callback::parse(text).unwrap().judge_code(Some(&state), &profile(Some("https://issuer.example")), None);
        let judged = judged.map_or_else(
            |verdict| match verdict {
                Verdict::Denied(error) | Verdict::Unusable(error) => error.code(),
            },
            |_| "good",
        );
        assert_eq!(judged, expected, "{text}");
    }
}

fn judge(text: &str) -> Result<(), &'static str> {
    let expected = CsrfState::from_secret("S".to_owned().into());
    match Callback::parse(text).map_err(|error| error.code())?.judge_code(Some(&expected), &profile(None), None) {
        Ok(_) => Ok(()),
        Err(Verdict::Denied(error) | Verdict::Unusable(error)) => Err(error.code()),
    }
}

#[test]
fn each_defect_has_its_own_word() {
    for (text, expected) in [
        ("code=c&state=S", Ok(())),
        ("?code=c&state=S&iss=https%3A%2F%2Flogin.example", Ok(())),
        ("https://app.example/cb?page=1&code=c&state=S", Ok(())),
        ("/cb?state=S&code=c&unknown=x&unknown=y", Ok(())),
        ("code=c&state=T", Err("state_mismatch")),
        ("code=c", Err("state_missing")),
        ("code=c&state=", Err("state_missing")),
        ("code=c&state=S&state=", Ok(())),
        ("", Err("state_missing")),
        ("https://app.example/cb", Err("state_missing")),
        ("state=S", Err("code_missing")),
        ("state=S&code=", Err("code_missing")),
        ("state=S&code=c&code=d", Err("callback_ambiguous")),
        ("state=S&state=S&code=c", Err("callback_ambiguous")),
        ("state=S&error=access_denied", Err("access_denied")),
        ("state=T&error=access_denied", Err("state_mismatch")),
        ("state=S&error=invalid_scope", Err("authorize_refused")),
        ("state=S&error=%1b%5b31m", Err("authorize_refused")),
        ("state=S&error=server_error&code=c", Err("authorize_unavailable")),
        ("state=S&code=c&iss=https://evil.example", Err("issuer_mismatch")),
        ("state=S&code=c#access_token=t", Err("token_in_callback")),
        ("state=S&access_token=t", Err("token_in_callback")),
    ] {
        assert_eq!(judge(text), expected, "{text}");
    }
}

#[test]
fn where_nothing_marks_a_callback_a_state_is_somebody_elses() {
    for (text, expected) in [
        ("code=c", Ok(())),
        ("code=c&state=", Ok(())),
        ("/cb?page=1&code=c", Ok(())),
        ("https://app.example/cb?page=1&code=c", Ok(())),
        ("/other?code=c", Err("redirect_uri_mismatch")),
        ("https://app.example?code=c", Ok(())),
        ("https://proxy.example/app/cb?code=c", Ok(())),
        ("code=c&state=S", Err("state_mismatch")),
    ] {
        let judged = Callback::parse(text)
            .unwrap()
            .judge_code(None, &profile(None), Some("https://app.example/cb?page=1"))
            .map(drop)
            .map_err(|verdict| match verdict {
                Verdict::Denied(error) | Verdict::Unusable(error) => error.code(),
            });
        assert_eq!(judged, expected, "{text}");
    }
}

#[test]
fn a_token_is_taken_from_the_fragment_alone() {
    for (text, expected) in [
        ("#access_token=t&state=S&token_type=bearer&expires_in=3600", Ok(())),
        ("https://app.example/cb#state=S&access_token=t", Ok(())),
        ("https://app.example/cb?state=S#access_token=t", Ok(())),
        ("?state=S&access_token=t", Err("token_misplaced")),
        ("?code=c#access_token=t&state=S", Err("token_misplaced")),
        ("?state=S#access_token=t&state=S", Err("callback_ambiguous")),
        ("#access_token=t&access_token=u&state=S", Err("callback_ambiguous")),
        ("#state=S", Err("token_missing")),
        ("#access_token=t", Err("state_missing")),
        ("#access_token=t&state=T", Err("state_mismatch")),
        ("?error=access_denied&state=S", Err("access_denied")),
        ("#error=access_denied&state=S", Err("access_denied")),
    ] {
        let expected_state = CsrfState::from_secret("S".to_owned().into());
        let judged = Callback::parse(text).map_err(|error| error.code()).and_then(|callback| {
            callback.judge_token(Some(&expected_state), &profile(None)).map(drop).map_err(|verdict| match verdict {
                Verdict::Denied(error) | Verdict::Unusable(error) => error.code(),
            })
        });
        assert_eq!(judged, expected, "{text}");
    }
}

#[test]
fn length_is_capped_and_debug_shows_nothing() {
    assert_eq!(Callback::parse(&"x".repeat(MAX_LENGTH + 1)).unwrap_err().code(), "callback_too_long");
    let shown = format!("{:?}", Callback::parse("code=hush&state=mum&error=<b>").unwrap());
    assert!(!shown.contains("hush") && !shown.contains("mum") && !shown.contains("<b>"), "{shown}");
}

#[test]
fn a_callback_at_another_provider_s_address_is_not_believed_whatever_its_state() {
    for (text, expected) in [
        ("/callback/one?code=c&state=S", Ok(())),
        ("/one?code=c&state=S", Ok(())),
        ("/callback/one/?code=c&state=S", Ok(())),
        ("/?code=c&state=S", Ok(())),
        ("code=c&state=S", Ok(())),
        ("/callback/another?code=c&state=S", Err("redirect_uri_mismatch")),
        ("https://app.example/callback/another?code=c&state=S", Err("redirect_uri_mismatch")),
        ("/callback?code=c&state=S", Err("redirect_uri_mismatch")),
    ] {
        let expected_state = CsrfState::from_secret("S".to_owned().into());
        let own = Some("https://app.example/callback/one");
        let judged = Callback::parse(text).unwrap().judge_code(Some(&expected_state), &profile(None), own);
        let judged = judged.map(drop).map_err(|verdict| match verdict {
            Verdict::Denied(error) | Verdict::Unusable(error) => error.code(),
        });
        assert_eq!(judged, expected, "{text}");
    }
}

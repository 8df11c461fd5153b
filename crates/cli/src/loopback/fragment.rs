//! The page that hands the fragment over, which a browser sends to nobody by itself.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use mailgrant_core::{Host, SystemHost};

use super::page;

/// `fetch` leaves the `Origin` out (it says `null`) where a request may tell no referrer, unless its mode is `cors`,
/// which is the default.
const SCRIPT: &str = r#"(async () => {
  const fragment = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  const show = (answer) => {
    document.title = document.querySelector("h1").textContent = answer.title;
    document.querySelector("p").textContent = answer.text;
  };
  if (fragment === "") {
    show({ title: "Nothing is here", text: "This address waits for a login to come back, and that was none." });
    return;
  }
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ fragment }),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    show(await answer.json());
  } catch {
    show({ title: "Not handed over", text: "The terminal did not take it: see there, or run the command again." });
  }
})();"#;

const WITHOUT_SCRIPT: &str = "This page cannot hand the login over to the terminal, because JavaScript is off. \
    Run the command again with --paste, and paste the address that the browser comes back to.";

pub(super) fn page() -> Response<Full<Bytes>> {
    let mut random = [0; 16];
    SystemHost.random(&mut random);
    let nonce: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Connecting</title></head>\
        <body><h1>Connecting</h1><p>The login is handed over to the terminal.</p>\
        <noscript><strong>{WITHOUT_SCRIPT}</strong></noscript>\
        <script nonce=\"{nonce}\">{SCRIPT}</script></body></html>\n"
    );
    let policy = format!("{}; script-src 'nonce-{nonce}'; connect-src 'self'", page::POLICY);
    // Chromium writes no address down that was not found. Any other it keeps in its history as it came, with the token.
    page::response(StatusCode::NOT_FOUND, "text/html; charset=utf-8", &policy, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_runs_its_own_script_alone() {
        let (first, second) = (page(), page());
        let policy =
            |page: &Response<Full<Bytes>>| page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy(&first).starts_with("default-src 'none'; "), "{}", policy(&first));
        assert!(policy(&first).contains("script-src 'nonce-") && policy(&first).ends_with("connect-src 'self'"));
        assert_ne!(policy(&first), policy(&second), "a nonce is used once");
        for name in ["cache-control", "referrer-policy", "x-content-type-options"] {
            assert!(first.headers().contains_key(name), "{name}");
        }
        assert!(!SCRIPT.contains("http") && !SCRIPT.contains("innerHTML"));
    }
}

//! What the customer reads.

use hyper::StatusCode;

use crate::provider::Provider;
use crate::reply::{self, Reply};

/// Where the customer stands.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) provider: Provider,
    /// The provider's name.
    pub(crate) name: &'static str,
    /// Where the form goes.
    pub(crate) path: &'static str,
}

/// What the customer is asked.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) app: &'a str,
    pub(crate) redirect_uri: &'a str,
    /// The address of the account, which the customer may change.
    pub(crate) account: &'a str,
    /// The one-time id of the request.
    pub(crate) request: &'a str,
}

/// The page with the two buttons.
pub(crate) fn question(desk: &Desk, question: &Question<'_>) -> Reply {
    let body = format!(
        r#"<h1>Connect <b>{app}</b> to your account?</h1>
<p>The app asks to read and to change everything in your account: contacts, lists, messages,
statistics.</p>
<form method="post" action="{path}">
<input type="hidden" name="request" value="{request}">
<label for="account">Signed in as</label>
<input id="account" name="account" value="{account}" autocomplete="off">
<div class="buttons">
<button name="decision" value="allow" class="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</div>
</form>
<p class="small">Afterwards you go back to {redirect_uri}</p>"#,
        path = desk.path,
        app = escaped(question.app),
        request = escaped(question.request),
        account = escaped(question.account),
        redirect_uri = escaped(question.redirect_uri),
    );
    page(desk, StatusCode::OK, "Connect an app", &body)
}

/// A page with nothing to decide.
pub(crate) fn told(desk: &Desk, status: StatusCode, title: &str, told: &str) -> Reply {
    let body = format!("<h1>{}</h1>\n<p>{}</p>", escaped(title), escaped(told));
    page(desk, status, title, &body)
}

fn page(desk: &Desk, status: StatusCode, title: &str, body: &str) -> Reply {
    let page = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - {name} emulator</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<p class="small">{name} emulator: no real account is touched.</p>
{body}
</main>
</body>
</html>
"#,
        title = escaped(title),
        name = desk.name,
    );
    let reply = reply::html(status, page);
    let reply = reply::header(
        reply,
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    );
    let reply = reply::header(reply, "referrer-policy", "no-referrer");
    reply::header(reply, "cache-control", "no-store")
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, char| {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
        safe
    })
}

const STYLE: &str = "
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #8881; }
main { max-width: 26rem; margin: 1rem; padding: 1.5rem 2rem; border: 1px solid #8886;
  border-radius: .75rem; background: Canvas; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; font-weight: 500; }
label { display: block; }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
.buttons { display: flex; gap: .75rem; margin-top: 1.25rem; }
button { flex: 1; padding: .6rem; font: inherit; border: 1px solid #8886; border-radius: .4rem;
  cursor: pointer; }
.allow { background: #0b6bcb; border-color: #0b6bcb; color: #fff; }
.small { font-size: .8rem; opacity: .75; }
";

#[cfg(test)]
mod tests {
    use super::{Desk, Question, question};
    use crate::provider::Provider;

    #[test]
    fn values_cannot_become_markup() {
        let desk = Desk { provider: Provider::GetResponse, name: "GetResponse", path: "/x" };
        let hostile = Question {
            app: "<script>alert(1)</script>",
            redirect_uri: "http://127.0.0.1/?a=1&b='2'",
            account: "\"><img src=x>",
            request: "id",
        };
        let page = question(&desk, &hostile);
        let page = String::from_utf8(page.into_body().to_vec()).unwrap();
        assert!(!page.contains("<script") && !page.contains("<img"));
        assert!(page.contains("&lt;script&gt;") && page.contains("a=1&amp;b=&#39;2&#39;"));
    }
}

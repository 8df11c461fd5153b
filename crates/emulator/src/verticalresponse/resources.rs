//! What the API has to show.

use bytes::Bytes;
use hyper::header::ACCEPT;
use hyper::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};

use super::envelope::Problem;
use crate::account::Account;
use crate::fields::Fields;
use crate::reply::{self, Reply};

const PAGE: usize = 50;

/// From where the API is looked at.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// The address of the API with a slash at its end.
    pub(super) base: String,
    /// The address that the next page of a collection begins with, if it is another.
    pub(super) elsewhere: Option<String>,
    /// Whether a collection says how many items it shows.
    pub(super) counted: bool,
    /// The resource's path below the base.
    pub(super) path: &'a str,
}

pub(super) fn answer(view: &View<'_>, account: &Account, request: &Request<Bytes>) -> Result<Reply, Problem> {
    acceptable(request.headers())?;
    let is_get = request.method() == Method::GET;
    match view.path {
        "contacts" if request.method() == Method::POST => Ok(created(view)),
        "contacts" if is_get => collection(view, &contacts(), request),
        "lists" if is_get => collection(view, &lists(), request),
        path if path == format!("users/{}", account.number()) && is_get => Ok(user(view, account)),
        "contacts" | "lists" => Err(Problem::method_not_allowed()),
        _ => Err(Problem::not_found()),
    }
}

/// The API speaks JSON only.
fn acceptable(headers: &HeaderMap) -> Result<(), Problem> {
    let mut ranges = headers.get_all(ACCEPT).iter().flat_map(|value| value.to_str().unwrap_or_default().split(','));
    let json = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim();
        ["*/*", "application/*", "application/json"].iter().any(|known| range.eq_ignore_ascii_case(known))
    };
    if !headers.contains_key(ACCEPT) || ranges.any(json) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "The API answers JSON, which the request does not accept"))
}

fn collection(view: &View<'_>, all: &[Value], request: &Request<Bytes>) -> Result<Reply, Problem> {
    let query = Fields::of_query(request);
    let index = number(&query, "index", 1)?;
    let limit = number(&query, "limit", PAGE)?;
    let url = format!("{}{}", view.base, view.path);
    let item = |attributes: &Value| {
        let url = format!("{url}/{}", attributes["id"]);
        json!({ "url": url, "attributes": attributes, "links": {} })
    };
    let items: Vec<_> = all.iter().skip(index - 1).take(limit).map(item).collect();
    let mut links = json!({ "up": { "url": view.base } });
    let next = (index - 1).saturating_add(limit);
    if next < all.len() {
        let base = view.elsewhere.as_ref().unwrap_or(&view.base);
        let url = format!("{base}{}?index={}&limit={limit}", view.path, next + 1);
        links["next"] = json!({ "url": url });
    }
    let mut body = json!({ "url": url, "items": items, "links": links });
    if view.counted {
        body["count"] = items.len().into();
    }
    Ok(reply::json(StatusCode::OK, &body))
}

fn number(query: &Fields, name: &'static str, default: usize) -> Result<usize, Problem> {
    match query.filled(name).map(str::parse) {
        None => Ok(default),
        Some(Ok(number)) if number > 0 => Ok(number),
        Some(_) => Err(Problem {
            failure: Some((name, "must be a positive number")),
            ..Problem::new(StatusCode::BAD_REQUEST, "The request has invalid parameters")
        }),
    }
}

fn created(view: &View<'_>) -> Reply {
    let url = format!("{}contacts/10000000000004", view.base);
    reply::json(StatusCode::CREATED, &json!({ "url": url, "success": { "code": 201, "message": "Created" } }))
}

fn user(view: &View<'_>, account: &Account) -> Reply {
    let body = json!({
        "url": format!("{}{}", view.base, view.path),
        "attributes": {
            "id": account.number(),
            "email": account.email,
            "first_name": "John",
            "last_name": "Smith",
            "organization_name": "MyBigCompany",
        },
        "links": { "up": { "url": view.base } },
    });
    reply::json(StatusCode::OK, &body)
}

fn contacts() -> [Value; 3] {
    let contact = |id: u64, name: &str| {
        let email = format!("{}@example.com", name.to_lowercase());
        json!({ "id": id, "email": email, "first_name": name, "last_name": "Doe" })
    };
    [contact(10_000_000_000_001, "John"), contact(10_000_000_000_002, "Jane"), contact(10_000_000_000_003, "Jim")]
}

fn lists() -> [Value; 2] {
    let list = |id: u64, name: &str| json!({ "id": id, "name": name, "is_public": false });
    [list(20_000_000_000_001, "customers"), list(20_000_000_000_002, "friends")]
}

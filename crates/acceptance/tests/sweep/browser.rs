//! A customer's browser in front of the consent page.

use std::time::Duration;

use mailgrant_core::{
    Request, Transport,
    bytes::Bytes,
    http::{self, Response, header},
};

use crate::{oracle::Customer, spy::Spy};

/// Where the browser ends up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Back at the app, at this address.
    Back(String),
    /// On a page of the provider's, with this status.
    Stays(u16),
}

/// Opens the address; where the page asks, the customer presses a button.
pub(crate) async fn open(spy: &Spy, url: &str, customer: Customer) -> Arrival {
    let get = http::Request::get(url).body(Bytes::new()).unwrap();
    let page = send(spy, get).await;
    let html = String::from_utf8_lossy(page.body());
    let (Some(request), Some(account)) = (field(&html, "request"), field(&html, "account")) else {
        return arrival(&page);
    };
    let decision = if customer == Customer::Allows { "allow" } else { "deny" };
    let form = format!("request={request}&account={account}&decision={decision}");
    let post = http::Request::post(url.split('?').next().unwrap_or_default())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(form))
        .unwrap();
    arrival(&send(spy, post).await)
}

async fn send(spy: &Spy, request: http::Request<Bytes>) -> Response<Bytes> {
    spy.send(Request::new(request, Duration::from_secs(30), 64 * 1024)).await.unwrap()
}

fn arrival(page: &Response<Bytes>) -> Arrival {
    match page.headers().get(header::LOCATION) {
        Some(location) => Arrival::Back(location.to_str().unwrap().to_owned()),
        None => Arrival::Stays(page.status().as_u16()),
    }
}

/// The value of an input of the page's form.
fn field<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let (_, input) = html.split_once(&format!("name=\"{name}\" value=\""))?;
    input.split('"').next()
}

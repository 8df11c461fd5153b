//! One login, by a code, compared step by step with what is expected of it.

use mailgrant_core::{
    AuthorizationCode, Authorized, Binding, Callback, Client, CodeReceived, ErrorKind, Lookup, OfferedBy, Provider,
    Session, TransitionError, Unauthorized,
};
use mailgrant_emulator::{Fault, Target};

use crate::{
    bench::Bench,
    browser::{self, Arrival},
    oracle::{Customer, End, Page, Trip, Verdict},
};

/// A trip through the consent page, put aside on the way as a service would. The session, if one is expected.
pub(crate) async fn go<P>(
    bench: &mut Bench,
    login: Session<P, AuthorizationCode, Unauthorized>,
    customer: Customer,
    expected: &Trip,
) -> Option<Session<P, AuthorizationCode, Authorized>>
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    let received = come_back(bench, login, customer, expected, str::to_owned).await?;
    exchange(bench, received, expected).await
}

/// The way as far as the code. `detour` says where the browser is sent in place of the authorization URL.
pub(crate) async fn come_back<P>(
    bench: &mut Bench,
    login: Session<P, AuthorizationCode, Unauthorized>,
    customer: Customer,
    expected: &Trip,
    detour: impl FnOnce(&str) -> String,
) -> Option<Session<P, AuthorizationCode, CodeReceived>>
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    let client = login.client().clone();
    let url = detour(login.authorize_url().as_str());
    bench.show(&login);
    bench.show(&login.authorize_url());
    let pending = login.into_pending();
    let binding = Binding::browser("cookie").unwrap();
    let lookup = pending.lookup(&binding);
    bench.show(&pending);
    arrive(bench, expected.page);
    let address = match (browser::open(&bench.spy, &url, customer).await, expected.end) {
        (Arrival::Back(address), End::Callback(_) | End::Exchange(_) | End::Connected) => address,
        (arrival, end) => {
            assert_eq!(End::Stays(stayed(&arrival)), end);
            return None;
        }
    };
    let callback = Callback::parse(&address).unwrap();
    bench.show(&callback);
    look_up(bench, &client, &callback, &binding, expected.end, lookup);
    let login: Session<_, AuthorizationCode, _> = client.resume(pending).unwrap();
    let (error, over) = match (login.receive(callback), expected.end) {
        (Ok(received), End::Exchange(_) | End::Connected) => return Some(received),
        (Ok(_), end) => panic!("the callback is taken, but expected is {end:?}"),
        (Err(setback), _) => {
            bench.hear(&setback);
            (setback.error().clone(), matches!(setback, TransitionError::Refused { .. }))
        }
    };
    let End::Callback(verdict) = expected.end else { panic!("expected is {:?}, not {error}", expected.end) };
    bench.judge(&error, over, &verdict);
    None
}

/// The code for tokens.
pub(crate) async fn exchange<P: Provider>(
    bench: &mut Bench,
    received: Session<P, AuthorizationCode, CodeReceived>,
    expected: &Trip,
) -> Option<Session<P, AuthorizationCode, Authorized>> {
    bench.show(&received);
    match (received.exchange().await, expected.end) {
        (Ok(session), End::Connected) => {
            bench.token_request(|counters| &mut counters.exchanges);
            bench.show(&session);
            Some(session)
        }
        (Err(setback), End::Exchange(verdict)) => {
            bench.token_request(|counters| &mut counters.refusals);
            bench.hear(&setback);
            bench.judge(setback.error(), matches!(setback, TransitionError::Refused { .. }), &verdict);
            None
        }
        (Ok(_), end) => panic!("connected, but expected is {end:?}"),
        (Err(setback), end) => panic!("expected is {end:?}, not {setback}"),
    }
}

/// A login whose exchange is first lost on the way there, then told to wait: nothing came of either, so the code is
/// still good.
pub(crate) async fn go_with_patience<P>(
    bench: &mut Bench,
    login: Session<P, AuthorizationCode, Unauthorized>,
    customer: Customer,
    expected: &Trip,
    pause: &Verdict,
) -> Session<P, AuthorizationCode, Authorized>
where
    P: Provider,
    AuthorizationCode: OfferedBy<P>,
{
    assert_eq!(expected.end, End::Connected);
    let mut received = come_back(bench, login, customer, expected, str::to_owned).await.unwrap();
    let lost = Verdict::new(ErrorKind::TryLater, "answer_lost");
    for (fault, verdict) in [(Fault::DropBeforeCommit, &lost), (Fault::RateLimit, pause)] {
        bench.strike(fault, Target::Token);
        bench.token_request_in_vain();
        let setback = received.exchange().await.unwrap_err();
        bench.hear(&setback);
        let TransitionError::Untouched { session, error } = setback else { panic!("{fault} refuses nothing") };
        bench.judge(&error, false, verdict);
        received = *session;
    }
    exchange(bench, received, expected).await.unwrap()
}

/// Counts what the consent page counts.
fn arrive(bench: &mut Bench, page: Page) {
    let counters = &mut bench.expected;
    counters.authorizations += u64::from(page != Page::Closed);
    counters.denials += u64::from(page == Page::Denied);
    counters.consents += u64::from(page == Page::Granted);
}

/// A callback finds its login exactly if it says whose it is, and brings something.
fn look_up<P: Provider>(
    bench: &mut Bench,
    client: &Client<P>,
    callback: &Callback,
    binding: &Binding,
    end: End,
    lookup: Lookup,
) {
    match client.lookup(callback, binding) {
        Ok(found) => assert_eq!(found, lookup),
        Err(error) => {
            let End::Callback(verdict) = end else { panic!("expected is {end:?}, not {error}") };
            bench.judge(&error, false, &verdict);
        }
    }
}

fn stayed(arrival: &Arrival) -> u16 {
    match arrival {
        Arrival::Stays(status) => *status,
        Arrival::Back(_) => panic!("the browser comes back, which it should not"),
    }
}

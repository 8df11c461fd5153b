//! A session that is woken may stand in any of four ways.
use mailgrant_core::{AuthorizationCode, Standing};
use mailgrant_getresponse::GetResponse;

async fn mistake(standing: Standing<GetResponse, AuthorizationCode>) {
    match standing {
        Standing::Live(session) => drop(session),
        Standing::Lapsed(session) => drop(session.refresh().await),
        Standing::Absent(login) => drop(login),
    }
}

fn main() {}

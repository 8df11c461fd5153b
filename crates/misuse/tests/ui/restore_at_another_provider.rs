//! A client wakes the sessions of its own provider.
use mailgrant_core::{AuthorizationCode, Client, Error, Standing, TokenRecord};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::VerticalResponse;

type Woken = Standing<GetResponse, AuthorizationCode>;

fn mistake(client: Client<VerticalResponse>, record: TokenRecord) -> Result<Woken, Error> {
    client.restore(record)
}

fn main() {}

//! A client takes up the logins of its own provider.
use mailgrant_core::{AuthorizationCode, Client, Error, PendingAuthorization, Session, Unauthorized};
use mailgrant_getresponse::GetResponse;
use mailgrant_verticalresponse::VerticalResponse;

type Login = Session<VerticalResponse, AuthorizationCode, Unauthorized>;

fn mistake(client: Client<GetResponse>, pending: PendingAuthorization) -> Result<Login, Error> {
    client.resume(pending)
}

fn main() {}

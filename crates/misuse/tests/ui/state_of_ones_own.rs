//! There are five states.
use mailgrant_core::{AuthorizationCode, Session};
use mailgrant_getresponse::GetResponse;

struct Forever;

fn mistake(_: Session<GetResponse, AuthorizationCode, Forever>) {}

fn main() {}

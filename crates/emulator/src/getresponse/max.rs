//! The headers by which a request says for whom it speaks.

use hyper::HeaderMap;

use crate::account::Account;
use crate::domain::is_panel_domain;

const DOMAIN: &str = "x-domain";
const PARENT_LOGIN: &str = "x-parent-login";

/// What is wrong with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrongHeader {
    /// `X-Domain` is missing where MAX wants it, or is no panel domain.
    DomainMalformed,
    /// Not the domain of the environment that the credentials belong to.
    DomainUnknown,
    ParentLoginMalformed,
}

/// The token endpoint: an app of MAX names its panel, and nobody minds what a retail app sends.
pub(super) fn at_token_endpoint(headers: &HeaderMap, panel: Option<&str>) -> Result<(), WrongHeader> {
    match panel {
        Some(_) => at_api(headers, panel),
        None => Ok(()),
    }
}

/// The API: a token works in its own environment, which for retail is the one without a domain.
pub(super) fn at_api(headers: &HeaderMap, panel: Option<&str>) -> Result<(), WrongHeader> {
    match (domain(headers)?, panel) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(WrongHeader::DomainMalformed),
        (Some(named), Some(panel)) if named == panel => Ok(()),
        (Some(_), _) => Err(WrongHeader::DomainUnknown),
    }
}

/// The account to which a user who belongs to several limits the call.
pub(super) fn parent(headers: &HeaderMap) -> Result<Option<Account>, WrongHeader> {
    let login = one(headers, PARENT_LOGIN, WrongHeader::ParentLoginMalformed)?;
    match login {
        // A tab is the only control character that gets through the parser.
        Some(login) if login.is_empty() || login.contains('\t') => Err(WrongHeader::ParentLoginMalformed),
        login => Ok(login.map(Account::new)),
    }
}

/// An empty one counts as none: there are retail clients that always send it.
fn domain(headers: &HeaderMap) -> Result<Option<&str>, WrongHeader> {
    match one(headers, DOMAIN, WrongHeader::DomainMalformed)? {
        None | Some("") => Ok(None),
        Some(domain) if is_panel_domain(domain) => Ok(Some(domain)),
        Some(_) => Err(WrongHeader::DomainMalformed),
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &str, wrong: WrongHeader) -> Result<Option<&'a str>, WrongHeader> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| wrong),
        (Some(_), Some(_)) => Err(wrong),
    }
}

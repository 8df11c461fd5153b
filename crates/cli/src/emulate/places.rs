//! Where each provider is, with the command that connects an account there.

use mailgrant_emulator::{Addresses, Emulator};

use crate::args::EmulateArgs;

/// The endpoints of all of them, with the commands that speak to them.
pub(super) fn all(emulator: &Emulator, args: &EmulateArgs) -> String {
    let id = args.client_id.as_deref().unwrap_or("any");
    let max = args.max.as_ref().map_or_else(String::new, |domain| format!(" --max-domain {domain} --max-region com"));
    let first = emulator.verticalresponse();
    let second = emulator.verticalresponse_delegated();
    [
        described(
            "GetResponse",
            &format!("connect getresponse --client-id {id} --send-redirect-uri{max}"),
            [&emulator.authorize_url(), &emulator.token_url(), &emulator.api_url()],
            None,
        ),
        of_generation(1, id, &first),
        of_generation(2, id, &second),
    ]
    .join("\n")
}

fn of_generation(generation: u8, id: &str, at: &Addresses) -> String {
    // The name `main` is GetResponse's if both are tried.
    let command =
        format!("connect verticalresponse --account vertical{generation} --generation {generation} --client-id {id}");
    let urls = [&at.authorize_url, &at.token_url, &at.api_url];
    described(&format!("VerticalResponse, generation {generation}"), &command, urls, at.revoke_url.as_deref())
}

fn described(title: &str, command: &str, [authorize, token, api]: [&String; 3], revoke: Option<&str>) -> String {
    let (place, option) =
        revoke.map_or_else(Default::default, |url| (format!("  revoke     {url}\n"), format!(" --revoke-url {url}")));
    format!(
        "{title}\n\
         \x20 authorize  {authorize}\n\
         \x20 token      {token}\n\
         \x20 api        {api}\n\
         {place}\
         \x20 connect    mailgrant {command} \\\n\
         \x20            --authorize-url {authorize} --token-url {token} --api-url {api}{option}"
    )
}

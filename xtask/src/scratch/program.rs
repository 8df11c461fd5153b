//! The program in the README, turned towards the emulator.

use crate::failure::{Failure, Outcome};

const ENVIRONMENT: &str = "GetResponse::retail()";

/// The first Rust block.
pub(super) fn of(readme: &str) -> Outcome<String> {
    let mut lines = readme.lines().skip_while(|line| !opens(line));
    if lines.next().is_none() {
        return Failure::because("README.md has no block ```rust");
    }
    Ok(lines.take_while(|line| line.trim_end() != "```").flat_map(|line| [line, "\n"]).collect())
}

/// The same program, at another address.
pub(super) fn at(program: &str, address: &str) -> Outcome<String> {
    if !program.contains(ENVIRONMENT) {
        return Failure::because(format!("the README's program does not say `{ENVIRONMENT}`"));
    }
    let endpoints = format!(
        r#"mailgrant_core::Endpoints::parse("{address}/oauth2_authorize.html", "{address}/v3/token", "{address}/v3")?"#
    );
    Ok(program.replace(ENVIRONMENT, &format!("GetResponse::at({endpoints})")))
}

/// The authorize URL in a line that was printed.
pub(super) fn url_in(line: &str, address: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("{address}/"))?;
    let path = rest.split([' ', '"', '<', '>', '`']).next().unwrap_or_default();
    Some(format!("{address}/{path}"))
}

fn opens(line: &str) -> bool {
    line.trim_end() == "```rust" || line.starts_with("```rust,")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_block_is_the_program() {
        let readme = "# x\n```sh\nls\n```\n```rust\nfn main() {}\n```\n```rust\nother\n```\n";
        assert_eq!(of(readme).unwrap(), "fn main() {}\n");
        assert!(of("# x\n").is_err());
    }

    #[test]
    fn the_environment_is_exchanged() {
        let program = at("Client::new(GetResponse::retail())", "http://127.0.0.1:1").unwrap();
        assert!(
            program.starts_with(
                "Client::new(GetResponse::at(mailgrant_core::Endpoints::parse(\"http://127.0.0.1:1/oauth2"
            )
        );
        assert!(at("GetResponse::max()", "http://127.0.0.1:1").is_err());
    }

    #[test]
    fn an_address_is_found_in_a_sentence() {
        let line = "Open http://127.0.0.1:1/oauth2_authorize.html?a=b in a browser";
        assert_eq!(url_in(line, "http://127.0.0.1:1").unwrap(), "http://127.0.0.1:1/oauth2_authorize.html?a=b");
        assert_eq!(url_in("https://elsewhere.example/x", "http://127.0.0.1:1"), None);
    }
}

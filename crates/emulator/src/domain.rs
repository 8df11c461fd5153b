//! The domain of a MAX customer's panel.

/// Whether this is a bare host: lower case, two labels or more, no scheme, port, `www.` or address.
pub(crate) fn is_panel_domain(text: &str) -> bool {
    let Some((_, top)) = text.rsplit_once('.') else {
        return false;
    };
    text.len() <= 253
        && !text.starts_with("www.")
        && text.split('.').all(is_label)
        // An address has no letters here.
        && top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_label(label: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(inside)
}

#[cfg(test)]
mod tests {
    use super::is_panel_domain;

    #[test]
    fn a_bare_host_is_told_from_what_is_not() {
        for domain in ["custom-domain.getresponse360.com", "a.pl", "wwwa.example.com", "news.4you.co.uk"] {
            assert!(is_panel_domain(domain), "{domain}");
        }
        let wrong = [
            "",
            "localhost",
            "https://custom-domain.getresponse360.com",
            "custom-domain.getresponse360.com/",
            "custom-domain.getresponse360.com:443",
            "www.custom-domain.getresponse360.com",
            "Custom-Domain.getresponse360.com",
            "custom-domain.getresponse360.com.",
            ".getresponse360.com",
            "-a.getresponse360.com",
            "a_b.getresponse360.com",
            "a b.getresponse360.com",
            "192.0.2.4",
            "[2001:db8::1]",
            "2001:db8::1",
        ];
        for domain in wrong {
            assert!(!is_panel_domain(domain), "{domain}");
        }
    }
}

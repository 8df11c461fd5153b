//! The marked block of a page that a command may write.

pub(super) const BEGIN: &str = "<!-- diagram: begin -->";
pub(super) const END: &str = "<!-- diagram: end -->";

/// What stands between the markers.
pub(super) fn find(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once(&format!("{BEGIN}\n"))?;
    let (block, _) = rest.split_once(END)?;
    Some(block)
}

/// The page with another block; `None` if it has no markers.
pub(super) fn replace(page: &str, block: &str) -> Option<String> {
    let (before, rest) = page.split_once(&format!("{BEGIN}\n"))?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{block}{END}{after}"))
}

pub(super) fn empty_page() -> String {
    format!("# Architecture\n\n{BEGIN}\n{END}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_changes() {
        let page = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let page = replace(&page, "new\n").unwrap();
        assert_eq!(page, format!("above\n{BEGIN}\nnew\n{END}\nbelow\n"));
        assert_eq!(find(&page), Some("new\n"));
    }

    #[test]
    fn an_empty_page_takes_a_block() {
        assert_eq!(find(&replace(&empty_page(), "x\n").unwrap()), Some("x\n"));
        assert_eq!(replace("no markers", "x\n"), None);
    }
}

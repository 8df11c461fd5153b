//! Edges as a Mermaid state diagram.

use super::dot::Edge;

pub(super) fn render(edges: &[Edge]) -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n");
    for Edge { from, to, event } in edges {
        text += &format!("    {} --> {} : {event}\n", end(from), end(to));
    }
    text + "```\n"
}

fn end(state: &Option<String>) -> &str {
    state.as_deref().unwrap_or("[*]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outside_is_a_star() {
        let edges = [
            Edge { from: None, to: Some("A".into()), event: "begin".into() },
            Edge { from: Some("A".into()), to: None, event: "end".into() },
        ];
        assert_eq!(render(&edges), "```mermaid\nstateDiagram-v2\n    [*] --> A : begin\n    A --> [*] : end\n```\n");
    }
}

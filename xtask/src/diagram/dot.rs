//! Edges out of the macro's dot file, whose lines come in another order at each build.

use crate::failure::{Failure, Outcome};

/// One edge. An end that is `None` is the outside: the machine begins there, or ends.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) event: String,
}

/// All edges, sorted: the way in first.
pub(super) fn edges(dot: &str) -> Outcome<Vec<Edge>> {
    let mut edges = dot
        .lines()
        .filter(|line| line.contains(" -> "))
        .map(|line| parse(line).map_or_else(|| Failure::because(format!("`{line}` is no edge as we know it")), Ok))
        .collect::<Outcome<Vec<Edge>>>()?;
    if edges.is_empty() {
        return Failure::because("the typestate macro exported no edges");
    }
    edges.sort();
    Ok(edges)
}

fn parse(line: &str) -> Option<Edge> {
    let (ends, label) = line.trim().split_once(" [label=\"")?;
    let (from, to) = ends.split_once(" -> ")?;
    let (event, _) = label.split_once('"')?;
    let state = |name: &str, outside: &str| (name != outside).then(|| name.to_owned());
    Some(Edge { from: state(from, "_initial_"), to: state(to, "_final_"), event: event.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_lines_does_not_matter() {
        let one = "digraph Automata {\n  B -> _final_ [label=\"end\"];\n  _initial_ -> A [label=\"begin\"];\n  A -> B [label=\"go\"];\n}\n";
        let other = "  A -> B [label=\"go\"];\n  _initial_ -> A [label=\"begin\"];\n  B -> _final_ [label=\"end\"];\n";
        let edges = edges(one).unwrap();
        assert_eq!(edges, super::edges(other).unwrap());
        let events: Vec<&str> = edges.iter().map(|edge| edge.event.as_str()).collect();
        assert_eq!(events, ["begin", "go", "end"]);
        assert_eq!(edges[0].from, None);
    }

    #[test]
    fn a_strange_file_is_refused() {
        assert!(edges("").is_err());
        assert!(edges("A -> B;").is_err());
    }
}

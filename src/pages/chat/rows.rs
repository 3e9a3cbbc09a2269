//! Rows of the document kept in step with a list: what stays is not touched, what changed is filled anew in its element,
//! so that focus and pointer stay where they are.

use std::rc::Rc;

use crate::browser::dom::Node;

/// The rows that are in the document now, in order.
pub(super) struct Rows<K, T> {
    parent: Node,
    drawn: Vec<Drawn<K, T>>,
}

/// One row of the document.
pub(super) struct Drawn<K, T> {
    /// Its key.
    pub(super) key: K,
    /// What it shows.
    pub(super) value: Rc<T>,
    /// Where it is shown.
    pub(super) node: Node,
}

impl<K: Ord + Clone, T> Rows<K, T> {
    /// No rows yet, in this element, which holds nothing else.
    pub(super) fn new(parent: Node) -> Self {
        Self {
            parent,
            drawn: Vec::new(),
        }
    }

    /// What is drawn.
    pub(super) fn drawn(&self) -> &[Drawn<K, T>] {
        &self.drawn
    }

    /// The element of a row.
    pub(super) fn node(&self, key: &K) -> Option<&Node> {
        self.drawn.iter().find(|row| row.key == *key).map(|row| &row.node)
    }

    /// Forgets what is drawn, so that the next [`sync`](Self::sync) fills every row anew.
    pub(super) fn refresh(&mut self, mut fill: impl FnMut(&T, &Node)) {
        for row in &self.drawn {
            fill(&row.value, &row.node);
        }
    }

    /// Makes the document show these rows. `make` makes an empty element, `fill` fills one.
    pub(super) fn sync(
        &mut self,
        wanted: &[(K, Rc<T>)],
        make: impl Fn(&K) -> Node,
        mut fill: impl FnMut(&T, &Node),
    ) {
        let mut keys: Vec<&K> = wanted.iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        self.drawn.retain(|row| {
            let stays = keys.binary_search(&&row.key).is_ok();
            if !stays {
                row.node.remove();
            }
            stays
        });
        for (at, (key, value)) in wanted.iter().enumerate() {
            match self.drawn.iter().skip(at).position(|row| row.key == *key) {
                Some(0) => {}
                Some(further) => {
                    let row = self.drawn.remove(at + further);
                    let before = self.drawn.get(at).map(|row| &row.node);
                    self.parent.insert(&row.node, before);
                    self.drawn.insert(at, row);
                }
                None => {
                    let node = make(key);
                    fill(value, &node);
                    let before = self.drawn.get(at).map(|row| &row.node);
                    self.parent.insert(&node, before);
                    self.drawn.insert(
                        at,
                        Drawn {
                            key: key.clone(),
                            value: value.clone(),
                            node,
                        },
                    );
                    continue;
                }
            }
            if let Some(row) = self.drawn.get_mut(at)
                && !Rc::ptr_eq(&row.value, value)
            {
                fill(value, &row.node);
                row.value = value.clone();
            }
        }
    }
}

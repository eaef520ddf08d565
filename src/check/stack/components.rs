//! Sets of mutually reachable functions: strongly connected components, by Tarjan's algorithm without recursion.

/// The state of a function.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// The order of discovery, from 1; 0 if not yet found.
    found: usize,
    /// The earliest function on the stack that it reaches.
    low: usize,
    is_open: bool,
}

/// A function on the path and its callees that are yet to be visited.
struct Step {
    index: usize,
    rest: std::vec::IntoIter<usize>,
}

struct Walk<F> {
    callees: F,
    marks: Vec<Mark>,
    stack: Vec<usize>,
    count: usize,
    found: Vec<Vec<usize>>,
}

/// Returns the components of the call graph of `count` functions, whose edges are `callees`: sorted lists of indices.
pub(super) fn find(count: usize, callees: impl Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
    let marks = vec![Mark::default(); count];
    let mut walk = Walk { callees, marks, stack: Vec::new(), count: 0, found: Vec::new() };
    for index in 0..count {
        if walk.mark(index).found == 0 {
            walk.visit(index);
        }
    }
    walk.found
}

impl<F: Fn(usize) -> Vec<usize>> Walk<F> {
    fn mark(&self, index: usize) -> Mark {
        self.marks.get(index).copied().unwrap_or_default()
    }

    fn visit(&mut self, start: usize) {
        let mut path = vec![self.enter(start)];
        while let Some(step) = path.last_mut() {
            let index = step.index;
            match step.rest.next().map(|callee| (callee, self.mark(callee))) {
                Some((callee, Mark { found: 0, .. })) => path.push(self.enter(callee)),
                Some((_, mark)) if mark.is_open => self.reach(index, mark.found),
                Some(_) => {}
                None => {
                    path.pop();
                    let mark = self.mark(index);
                    if mark.low == mark.found {
                        self.close(index);
                    }
                    if let Some(caller) = path.last() {
                        self.reach(caller.index, mark.low);
                    }
                }
            }
        }
    }

    fn enter(&mut self, index: usize) -> Step {
        self.count += 1;
        if let Some(mark) = self.marks.get_mut(index) {
            *mark = Mark { found: self.count, low: self.count, is_open: true };
        }
        self.stack.push(index);
        Step { index, rest: (self.callees)(index).into_iter() }
    }

    fn reach(&mut self, index: usize, found: usize) {
        if let Some(mark) = self.marks.get_mut(index) {
            mark.low = mark.low.min(found);
        }
    }

    fn close(&mut self, first: usize) {
        let mut component = Vec::new();
        while let Some(index) = self.stack.pop() {
            if let Some(mark) = self.marks.get_mut(index) {
                mark.is_open = false;
            }
            component.push(index);
            if index == first {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_reach_each_other_are_one() {
        let calls: [&[usize]; 6] = [&[1], &[2, 3], &[0], &[4], &[3, 5], &[]];
        let mut found = find(calls.len(), |index| calls[index].to_vec());
        found.sort();
        assert_eq!(found, [vec![0, 1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn a_chain_of_any_length_is_walked() {
        let found = find(1_000_000, |index| {
            vec![index + 1].into_iter().filter(|it| *it < 1_000_000).collect()
        });
        assert_eq!(found.len(), 1_000_000);
    }
}

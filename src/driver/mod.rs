//! Words to plan: the command line, response files and argument files become a [`LinkPlan`](crate::LinkPlan).

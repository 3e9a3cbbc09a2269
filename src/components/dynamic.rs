//! What moves in a view, behind a few boxed types: leptos makes its code anew for each closure type it is given, about a
//! kilobyte of wasm each time. A box costs one allocation when the view is built.

use leptos::prelude::*;

/// Words that follow what they read.
pub(crate) type Words = Box<dyn Fn() -> String + Send>;
/// An attribute that comes, goes and changes.
pub(crate) type Attribute = Box<dyn Fn() -> Option<&'static str> + Send>;
/// A class or property that is on or off.
pub(crate) type Flag = Box<dyn Fn() -> bool + Send>;
type Part = Box<dyn Fn() -> AnyView + Send>;

/// Words that follow what `say` reads.
pub(crate) fn words(say: impl Fn() -> String + Send + 'static) -> Words {
    Box::new(say)
}

/// An attribute that follows what `read` reads.
pub(crate) fn attribute(read: impl Fn() -> Option<&'static str> + Send + 'static) -> Attribute {
    Box::new(read)
}

/// A class or property that follows what `read` reads.
pub(crate) fn flag(read: impl Fn() -> bool + Send + 'static) -> Flag {
    Box::new(read)
}

/// A part of a view that is drawn anew whenever what `draw` reads changes.
pub(crate) fn part(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let draw: Part = Box::new(draw);
    draw.into_any()
}

/// A part of a view that is not always there; what it reads while it is drawn makes no new one.
pub(crate) fn part_if(
    is_there: impl Fn() -> bool + Send + 'static,
    draw: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    part(move || if is_there() { untrack(&draw) } else { ().into_any() })
}

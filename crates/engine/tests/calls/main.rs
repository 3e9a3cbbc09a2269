//! Calls in virtual time: between two engines, or one and a classic client, through a server of contract 1.

mod sim;

mod classic;
mod devices;
mod hostile;
mod known;
mod network;
mod parts;
mod ringing;
mod signaling;
mod spare;

use engine::event::Path;
use engine::io::{CaptureGoal, MediaCommand, PeerId};
use sim::World;

fn last_capture(world: &World, node: usize) -> Option<CaptureGoal> {
    world
        .of(node)
        .media
        .iter()
        .rev()
        .find_map(|command| match command {
            MediaCommand::Capture(goal) => Some(goal.clone()),
            _ => None,
        })
}

fn offers(world: &World, node: usize) -> usize {
    commands(world, node, |command| {
        matches!(command, MediaCommand::Offer { peer: PeerId(_), .. })
    })
}

fn commands(world: &World, node: usize, which: fn(&MediaCommand) -> bool) -> usize {
    world
        .of(node)
        .media
        .iter()
        .filter(|command| which(command))
        .count()
}

fn broken(world: &World, node: usize) -> bool {
    matches!(world.path(node), Path::Broken { .. })
}

fn restarts(world: &World, node: usize) -> usize {
    let restart = |command: &&MediaCommand| {
        matches!(
            command,
            MediaCommand::Offer {
                ice_restart: true,
                ..
            }
        )
    };
    world.of(node).media.iter().filter(restart).count()
}

fn refreshed(world: &World, node: usize) -> usize {
    let refresh = |command: &&MediaCommand| matches!(command, MediaCommand::RefreshPicture { .. });
    world.of(node).media.iter().filter(refresh).count()
}

/// Until media flows both ways again, and how long that took.
fn until_healed(world: &mut World, limit: u64) -> u64 {
    let start = world.now;
    while world.now < start + limit {
        world.run(10);
        let both = world.media_flows(0, 1) && world.media_flows(1, 0);
        if both && world.path(0) == Path::Flowing && world.path(1) == Path::Flowing {
            return world.now - start;
        }
    }
    panic!("not healed within {limit} ms: {}", world.phases());
}

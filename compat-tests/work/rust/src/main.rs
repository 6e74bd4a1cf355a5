//! Prints checksums of work on Rust's default allocator, which is malloc: maps, strings, vectors that move between
//! threads, blocks of unusual alignment.
use std::alloc::{alloc_zeroed, dealloc, realloc, Layout};
use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc;
use std::thread;

fn checksum<'a>(parts: impl Iterator<Item = &'a u8>) -> u64 {
    parts.fold(14695981039346656037, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(1099511628211))
}

fn maps() -> u64 {
    let mut people: HashMap<String, Vec<usize>> = HashMap::new();
    for i in 0..300_000 {
        people.entry(format!("person{}", (i * 7919) % 20_011)).or_default().push(i);
    }
    let sorted: BTreeMap<_, _> = people.into_iter().collect();
    checksum(format!("{sorted:?}").as_bytes().iter())
}

fn threads() -> u64 {
    let (sender, receiver) = mpsc::channel::<Vec<u8>>();
    for seed in 1..=16usize {
        let sender = sender.clone();
        thread::spawn(move || {
            for i in 0..10_000 {
                sender.send(vec![(i % 251) as u8; (i * seed * 31) % 3000]).unwrap();
            }
        });
    }
    drop(sender);
    receiver.iter().map(|one| one.iter().map(|&byte| u64::from(byte)).sum::<u64>()).sum()
}

fn aligned() -> usize {
    let mut wrong = 0;
    for power in 3..16 {
        for size in (1..20_000).step_by(997) {
            let layout = Layout::from_size_align(size, 1 << power).unwrap();
            unsafe {
                let block = realloc(alloc_zeroed(layout), layout, size * 2);
                wrong += block as usize % (1 << power) + (0..size).filter(|&i| *block.add(i) != 0).count();
                dealloc(block, Layout::from_size_align(size * 2, 1 << power).unwrap());
            }
        }
    }
    wrong
}

fn main() {
    println!("maps {}", maps());
    println!("threads {}", threads());
    println!("aligned {}", aligned());
    thread::sleep(std::time::Duration::from_secs(1));
    println!("end");
}

// SPDX-License-Identifier: MIT
//! Counts the tokens of a file with tiktoken-rs, as often as asked: prints count and seconds of each round.
//! tokens-peer cl100k|o200k ROUNDS FILE

use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&arguments[3]).expect("the file is UTF-8");
    let encoding = match arguments[1].as_str() {
        "cl100k" => tiktoken_rs::cl100k_base(),
        _ => tiktoken_rs::o200k_base(),
    }
    .expect("the tables are in the crate");
    for _ in 0..arguments[2].parse().expect("a number of rounds") {
        let begun = Instant::now();
        let count = encoding.encode_ordinary(&text).len();
        println!("{} {}", count, begun.elapsed().as_secs_f64());
    }
}
